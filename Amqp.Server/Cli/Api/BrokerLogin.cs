namespace Amqp.Server.Cli.Api;

/// <summary>Address of a broker's HTTP API, with a login.</summary>
/// <param name="Url">URL without user and password, and without <c>/api</c>.</param>
/// <param name="User">Name of the user.</param>
/// <param name="Password">Password, which is never printed.</param>
/// <param name="VirtualHost">Default virtual host of the commands.</param>
internal sealed record BrokerLogin(Uri Url, string User, string Password, string VirtualHost)
{
    /// <summary>Options and variables for another URL, for error texts.</summary>
    public string UrlOptions { get; init; } = "--url or AMQPBROKER_URL";

    /// <summary>Options and variables for another login, for error texts.</summary>
    public string LoginOptions { get; init; } =
        "--user and --password, AMQPBROKER_USER and AMQPBROKER_PASSWORD, or a profile";

    public override string ToString() => Url.GetLeftPart(UriPartial.Path).TrimEnd('/');
}
