using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>The settings of TLS that each kind of listener has, under a prefix of its own.</summary>
internal static class TlsSettings
{
    private const string NoEncrypted = "values that RabbitMQ's tools encrypted cannot be read here";

    /// <summary>Versions of TLS that are not offered any more; whoever named them alone is offered the newer ones.</summary>
    private static readonly ValueKind<string> _oldVersions = RabbitMqKinds.Parse("tlsv1.1|tlsv1");

    /// <summary>Rows for the HTTP server's listeners; those for AMQP are <see cref="OfAmqp"/>.</summary>
    public static IReadOnlyList<Setting> OfHttp { get; } =
    [
        .. Under("management.ssl", "the HTTP API", target => target.ManagementTls),
        .. Under("management.listener.ssl_opts", "the HTTP API, as RabbitMQ 3.7 called it", target => target.ManagementTls),
        .. Under("prometheus.ssl", "the metrics", target => target.MetricsTls),
    ];

    /// <summary>Rows for the listeners that take AMQP; what the others do not say is as it is here.</summary>
    public static IReadOnlyList<Setting> OfAmqp { get; } =
    [
        Setting.Of("ssl_options.certfile", Text, "", "The server's certificate in PEM, and behind it those that lead to an authority that clients know.",
            (target, value) => target.Tls.Options.CertificateFile = value),
        Setting.Of("ssl_options.keyfile", Text, "", "Its key in PEM; looked for in the certificate's file unless given.",
            (target, value) => target.Tls.Options.KeyFile = value),
        Password("ssl_options.password", "What the key is encrypted with.", target => target.Tls),
        Setting.Of("ssl_options.cacertfile", Text, "", "The authorities in PEM whose client certificates are trusted.",
            (target, value) => target.Tls.Options.AuthoritiesFile = value),
        Setting.Of("ssl_options.verify", OneOf("verify_peer", "verify_none"), "verify_none", "With `verify_peer` clients are asked for a certificate, which one of the authorities must have issued, and may log in with it (EXTERNAL).",
            (target, value) => target.Tls.Options.VerifyPeer = value == "verify_peer"),
        Setting.Of("ssl_options.fail_if_no_peer_cert", ValueKinds.Boolean, "false", "Refuse clients without a certificate; with `verify_peer` only.",
            (target, value) => target.Tls.Options.DemandPeerCertificate = value),
        Setting.Of("ssl_options.depth", Integer(0, 255), "1", "Certificates that may stand between a client's and its authority's.",
            (target, value) => target.Tls.LimitDepth(value)),
        Version("ssl_options", "clients", target => target.Tls),
        Setting.Of("ssl_options.reuse_sessions", ValueKinds.Boolean, "true", "Let clients resume a session, which spares both sides most of the handshake.",
            (target, value) => target.Tls.Options.ResumesSessions = value),
        Setting.Of("ssl_handshake_timeout", Milliseconds(1, int.MaxValue).Or("infinity", Timeout.InfiniteTimeSpan), "5000", "How long a client may take for the handshake of TLS.",
            (target, value) => target.Tls.Options.HandshakeTimeout = value),
        Setting.Of("ssl_cert_login_from", CertificateNames, "distinguished_name", "What of a client's certificate is the user's name, for EXTERNAL.",
            (target, value) => target.Tls.Options.LoginFrom = value),
        Setting.Of("ssl_cert_login_san_type", AlternativeNames, "dns", "Which kind of alternative name, for `subject_alternative_name`.",
            (target, value) => target.Tls.Options.AlternativeNameType = value)
        .Refusing(RabbitMqKinds.Parse("ip|other_name"), "users' names cannot be taken from it, and would be taken from the `dns` names"),
        Setting.Of("ssl_cert_login_san_index", Integer(0, int.MaxValue), "0", "Which one of them, from 0.",
            (target, value) => target.Tls.Options.AlternativeNameIndex = value),
    ];

    /// <summary>A version to offer.</summary>
    private static Setting Version(string prefix, string whose, Func<SettingTarget, TlsPlan> plan) =>
        Setting.Of($"{prefix}.versions.$version", TlsVersion, "", $"A version of TLS to offer {whose}; both unless any is given.",
            (target, value, _) => plan(target).AddVersion(value))
        .Ignoring(_oldVersions, "older versions than 1.2 are not safe and never offered");

    /// <summary>A secret that a key is encrypted with.</summary>
    private static Setting Password(string key, string description, Func<SettingTarget, TlsPlan> plan) =>
        Setting.Of(key, Secret, "", description, (target, value) => plan(target).Options.KeyPassword = value, isSecret: true)
        .Refusing(Encrypted, NoEncrypted);

    private static IEnumerable<Setting> Under(string prefix, string what, Func<SettingTarget, TlsPlan> plan) =>
    [
        Setting.Of($"{prefix}.certfile", Text, "", $"The server's certificate in PEM, for {what}; unless given, this and the four below are as in `ssl_options`.",
            (target, value) => plan(target).Options.CertificateFile = value),
        Setting.Of($"{prefix}.keyfile", Text, "", "Its key in PEM.",
            (target, value) => plan(target).Options.KeyFile = value),
        Password($"{prefix}.password", "What the key is encrypted with.", plan),
        Setting.Of($"{prefix}.cacertfile", Text, "", "The authorities in PEM whose client certificates are trusted.",
            (target, value) => plan(target).Options.AuthoritiesFile = value),
        Setting.Of($"{prefix}.depth", Integer(0, 255), "", "Certificates that may stand between a client's and its authority's.",
            (target, value) => plan(target).LimitDepth(value)),
        Version(prefix, "there", plan),
        Setting.Of($"{prefix}.verify", OneOf("verify_peer", "verify_none"), "verify_none", "With `verify_peer` clients are asked for a certificate, which one of the authorities must have issued. Who they are a password says all the same.",
            (target, value) => plan(target).Options.VerifyPeer = value == "verify_peer"),
        Setting.Of($"{prefix}.fail_if_no_peer_cert", ValueKinds.Boolean, "false", "Refuse clients without a certificate; with `verify_peer` only.",
            (target, value) => plan(target).Options.DemandPeerCertificate = value),
    ];
}
