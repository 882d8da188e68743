namespace Amqp.Server.Cli.Api;

/// <summary>Address of a broker's HTTP API, with a login.</summary>
/// <param name="Url">URL without user and password, and without <c>/api</c>.</param>
/// <param name="User">Name of the user.</param>
/// <param name="Password">Password, which is never printed.</param>
/// <param name="VirtualHost">Default virtual host of the commands.</param>
internal sealed record BrokerLogin(Uri Url, string User, string Password, string VirtualHost)
{
    public override string ToString() => Url.GetLeftPart(UriPartial.Path).TrimEnd('/');
}
