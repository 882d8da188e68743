using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of TLS. Each kind of listener has these settings, under a prefix of its own.</summary>
internal static class TlsSettings
{
    private const string NoEncrypted = "values encrypted by RabbitMQ's tools cannot be decrypted";

    /// <summary>
    /// Versions of TLS that are never offered. If a configuration sets no other versions, the default versions are offered.
    /// </summary>
    private static readonly ValueKind<string> _oldVersions = RabbitMqKinds.Parse("tlsv1.1|tlsv1");

    /// <summary>The settings of the HTTP server's listeners.</summary>
    public static IReadOnlyList<Setting> OfHttp { get; } =
    [
        .. Under("management.ssl", "the HTTP API", target => target.ManagementTls),
        .. Under("management.listener.ssl_opts", "the HTTP API (RabbitMQ 3.7's key)", target => target.ManagementTls),
        .. Under("prometheus.ssl", "the metrics", target => target.MetricsTls),
    ];

    /// <summary>
    /// The settings of AMQP's listeners. If a setting of another listener is missing, that listener uses the value for AMQP.
    /// </summary>
    public static IReadOnlyList<Setting> OfAmqp { get; } =
    [
        Setting.Of("ssl_options.certfile", Text, "",
            "The server's certificate in PEM, followed by the intermediate certificates up to an authority that clients trust.",
            (target, value) => target.Tls.Options.CertificateFile = value),
        Setting.Of("ssl_options.keyfile", Text, "", "The private key in PEM. Default: the key in the certificate's file.",
            (target, value) => target.Tls.Options.KeyFile = value),
        Password("ssl_options.password", "Password of the private key, if the key is encrypted.", target => target.Tls),
        Setting.Of("ssl_options.cacertfile", Text, "", "Certificates in PEM of the authorities that are trusted for client certificates.",
            (target, value) => target.Tls.Options.AuthoritiesFile = value),
        Setting.Of("ssl_options.verify", OneOf("verify_peer", "verify_none"), "verify_none",
            "`verify_peer` requests a certificate from clients, which a trusted authority must have "
                + "issued. Clients may log in with the certificate (EXTERNAL).",
            (target, value) => target.Tls.Options.VerifyPeer = value == "verify_peer"),
        Setting.Of("ssl_options.fail_if_no_peer_cert", ValueKinds.Boolean, "false",
            "Refuse clients without a certificate. Has an effect only with `verify_peer`.",
            (target, value) => target.Tls.Options.DemandPeerCertificate = value),
        Setting.Of("ssl_options.depth", Integer(0, 255), "1",
            "Largest number of intermediate certificates between a client's certificate and the authority's.",
            (target, value) => target.Tls.LimitDepth(value)),
        Version("ssl_options", "clients", target => target.Tls),
        Setting.Of("ssl_options.reuse_sessions", ValueKinds.Boolean, "true",
            "Let clients resume a session, which avoids most of the handshake's cost on both sides.",
            (target, value) => target.Tls.Options.ResumesSessions = value),
        Setting.Of("ssl_handshake_timeout", Milliseconds(1, int.MaxValue).Or("infinity", Timeout.InfiniteTimeSpan), "5000",
            "Time limit for the TLS handshake.",
            (target, value) => target.Tls.Options.HandshakeTimeout = value),
        Setting.Of("ssl_cert_login_from", CertificateNames, "distinguished_name",
            "Field of a client's certificate that has the user name, for EXTERNAL.",
            (target, value) => target.Tls.Options.LoginFrom = value),
        Setting.Of("ssl_cert_login_san_type", AlternativeNames, "dns",
            "Type of the alternative name that has the user name, for `subject_alternative_name`.",
            (target, value) => target.Tls.Options.AlternativeNameType = value)
        .Refusing(
            RabbitMqKinds.Parse("ip|other_name"), "this type of name is not supported, and names of type `dns` would be used instead"),
        Setting.Of("ssl_cert_login_san_index", Integer(0, int.MaxValue), "0", "Position among the alternative names of that type, from 0.",
            (target, value) => target.Tls.Options.AlternativeNameIndex = value),
    ];

    /// <summary>Creates the setting of a version to offer.</summary>
    private static Setting Version(string prefix, string whose, Func<SettingTarget, TlsPlan> plan) =>
        Setting.Of($"{prefix}.versions.$version", TlsVersion, "", $"A version of TLS to offer {whose}. Default: both versions.",
            (target, value, _) => plan(target).AddVersion(value))
        .Ignoring(_oldVersions, "versions older than 1.2 are not safe and never offered");

    /// <summary>Creates the setting of the password of a private key.</summary>
    private static Setting Password(string key, string description, Func<SettingTarget, TlsPlan> plan) =>
        Setting.Of(key, Secret, "", description, (target, value) => plan(target).Options.KeyPassword = value, isSecret: true)
        .Refusing(Encrypted, NoEncrypted);

    private static IEnumerable<Setting> Under(string prefix, string what, Func<SettingTarget, TlsPlan> plan) =>
    [
        Setting.Of($"{prefix}.certfile", Text, "",
            $"The server's certificate in PEM, for {what}. Default of this and the next four settings: the value in `ssl_options`.",
            (target, value) => plan(target).Options.CertificateFile = value),
        Setting.Of($"{prefix}.keyfile", Text, "", "The private key in PEM.",
            (target, value) => plan(target).Options.KeyFile = value),
        Password($"{prefix}.password", "Password of the private key, if the key is encrypted.", plan),
        Setting.Of($"{prefix}.cacertfile", Text, "", "Certificates in PEM of the authorities that are trusted for client certificates.",
            (target, value) => plan(target).Options.AuthoritiesFile = value),
        Setting.Of($"{prefix}.depth", Integer(0, 255), "",
            "Largest number of intermediate certificates between a client's certificate and the authority's.",
            (target, value) => plan(target).LimitDepth(value)),
        Version(prefix, "clients of this port", plan),
        Setting.Of($"{prefix}.verify", OneOf("verify_peer", "verify_none"), "verify_none",
            "`verify_peer` requests a certificate from clients, which a trusted authority must have "
                + "issued. Clients still log in with a password.",
            (target, value) => plan(target).Options.VerifyPeer = value == "verify_peer"),
        Setting.Of($"{prefix}.fail_if_no_peer_cert", ValueKinds.Boolean, "false",
            "Refuse clients without a certificate. Has an effect only with `verify_peer`.",
            (target, value) => plan(target).Options.DemandPeerCertificate = value),
    ];
}
