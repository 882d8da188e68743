using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of the SASL mechanisms and of the authentication backends.</summary>
internal static class AuthenticationSettings
{
    private static readonly string[] _backendKeys = ["$num", "$num.authn", "$num.authz"];
    private static readonly ValueKind<string> _internal = OneOf("internal", "rabbit_auth_backend_internal");

    /// <summary>The mechanisms that RabbitMQ ships with. A configuration that names mechanisms replaces the default mechanisms.</summary>
    private static readonly ValueKind<string> _mechanisms = OneOf("PLAIN", "AMQPLAIN", "EXTERNAL", "RABBIT-CR-DEMO", "ANONYMOUS");

    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("auth_mechanisms.$name", _mechanisms, "",
            "A SASL mechanism to offer. Default: `PLAIN` and `AMQPLAIN`, and `EXTERNAL` on listeners that verify certificates. The "
                + "values `RABBIT-CR-DEMO` and `ANONYMOUS` are accepted, but the broker does not offer these mechanisms.",
            (target, value, _) => target.OfferMechanism(value))
        .Refusing(RabbitMqKinds.AnyText, "the mechanism is not supported, and clients would use other mechanisms to log in"),
        .. Backends("auth_backends", "Backend for users and permissions. Only the broker's own backend is supported."),
        .. Backends("http_dispatch.auth_backends", "Backend for users and permissions of the HTTP API. Only the broker's own backend is "
            + "supported."),
    ];

    private static IEnumerable<Setting> Backends(string prefix, string description) =>
        from key in _backendKeys
        select Setting.Of($"{prefix}.{key}", _internal, "", description, (_, _) => { })
            .Refusing(RabbitMqKinds.AnyText, "only the broker's own users and permissions are supported");
}
