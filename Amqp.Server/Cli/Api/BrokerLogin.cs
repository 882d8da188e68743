namespace Amqp.Server.Cli.Api;

/// <summary>Where a broker's HTTP API is, and who asks.</summary>
/// <param name="Url">Without user and password, without <c>/api</c>.</param>
/// <param name="User">Who logs in.</param>
/// <param name="Password">Never printed.</param>
/// <param name="VirtualHost">The one that is meant when a command names none.</param>
internal sealed record BrokerLogin(Uri Url, string User, string Password, string VirtualHost)
{
    public override string ToString() => Url.GetLeftPart(UriPartial.Path).TrimEnd('/');
}
