namespace Amqp.Server.Configuration;

/// <summary>Options for cross-origin resource sharing (CORS): the origins whose web pages may use the HTTP API.</summary>
public sealed class CorsOptions
{
    /// <summary>Origins, such as <c>https://host:port</c>, or <c>*</c> for any origin.</summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <summary>Time for which a browser may cache the answer to a preflight request, in seconds.</summary>
    public int MaxAge { get; set; } = 1_800;
}
