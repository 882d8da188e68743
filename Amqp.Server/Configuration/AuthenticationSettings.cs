using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Which ways to log in there are, and who knows the users.</summary>
internal static class AuthenticationSettings
{
    private static readonly string[] _backendKeys = ["$num", "$num.authn", "$num.authz"];
    private static readonly ValueKind<string> _internal = OneOf("internal", "rabbit_auth_backend_internal");

    /// <summary>Mechanisms that RabbitMQ has itself; who names any names all.</summary>
    private static readonly ValueKind<string> _mechanisms = OneOf("PLAIN", "AMQPLAIN", "EXTERNAL", "RABBIT-CR-DEMO", "ANONYMOUS");

    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("auth_mechanisms.$name", _mechanisms, "", "A SASL mechanism that is offered; all that the broker has unless any is given: `PLAIN`, `AMQPLAIN`, and where certificates are checked `EXTERNAL`. It has neither of the other two.",
            (target, value, _) => target.OfferMechanism(value))
        .Refusing(RabbitMqKinds.AnyText, "the broker has no such mechanism, so clients would log in by others"),
        .. Backends("auth_backends", "Who knows the users and what they may do: the broker itself."),
        .. Backends("http_dispatch.auth_backends", "The same for the HTTP API."),
    ];

    private static IEnumerable<Setting> Backends(string prefix, string description) =>
        from key in _backendKeys
        select Setting.Of($"{prefix}.{key}", _internal, "", description, (_, _) => { })
            .Refusing(RabbitMqKinds.AnyText, "the broker itself knows the users and what they may do, and asks nobody else");
}
