namespace Amqp.Server.Configuration;

/// <summary>Cross-origin resource sharing: origins whose pages may use the HTTP API in a browser.</summary>
public sealed class CorsOptions
{
    /// <summary>Origins, such as <c>https://host:port</c>, or <c>*</c> for any origin.</summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <summary>Time for which a browser may cache the answer to a preflight request, in seconds.</summary>
    public int MaxAge { get; set; } = 1_800;
}
