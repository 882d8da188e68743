namespace Amqp.Server.Configuration;

/// <summary>Which pages of other origins may use the HTTP API from within a browser.</summary>
public sealed class CorsOptions
{
    /// <summary>Origins as <c>https://host:port</c>, or <c>*</c> for any.</summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <summary>How long a browser may remember the answer, in seconds.</summary>
    public int MaxAge { get; set; } = 1_800;
}
