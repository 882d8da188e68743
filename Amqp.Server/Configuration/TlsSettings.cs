using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>The TLS settings. They exist once for each kind of listener, with different key prefixes.</summary>
internal static class TlsSettings
{
    private const string NoEncrypted = "values encrypted by RabbitMQ's tools cannot be decrypted";

    /// <summary>
    /// TLS versions that are valid values but never offered. If a configuration names no other version, the default versions are offered.
    /// </summary>
    private static readonly ValueKind<string> _oldVersions = RabbitMqKinds.Parse("tlsv1.1|tlsv1");

    /// <summary>The TLS settings of the HTTP listeners.</summary>
    public static IReadOnlyList<Setting> OfHttp { get; } =
    [
        .. Under("management.ssl", "the HTTP API", target => target.ManagementTls),
        .. Under("management.listener.ssl_opts", "the HTTP API (RabbitMQ 3.7's key)", target => target.ManagementTls),
        .. Under("prometheus.ssl", "the metrics", target => target.MetricsTls),
    ];

    /// <summary>The TLS settings of the AMQP listeners. HTTP listeners without own certificates or versions use those of AMQP.</summary>
    public static IReadOnlyList<Setting> OfAmqp { get; } =
    [
        Setting.Of("ssl_options.certfile", Text, "",
            "PEM file with the server's certificate, followed by the intermediate certificates up to an authority that clients trust.",
            (target, value) => target.Tls.Options.CertificateFile = value),
        Setting.Of("ssl_options.keyfile", Text, "", "PEM file with the private key. Default: the key in the certificate's file.",
            (target, value) => target.Tls.Options.KeyFile = value),
        Password("ssl_options.password", "Password of the private key, if the key is encrypted.", target => target.Tls),
        Setting.Of("ssl_options.cacertfile", Text, "",
            "PEM file with the certificates of the authorities that may issue client certificates.",
            (target, value) => target.Tls.Options.AuthoritiesFile = value),
        Setting.Of("ssl_options.verify", OneOf("verify_peer", "verify_none"), "verify_none",
            "`verify_peer` requests a certificate from clients. A trusted authority must have issued the certificate. Clients may log in "
                + "with the certificate (EXTERNAL).",
            (target, value) => target.Tls.Options.VerifyPeer = value == "verify_peer"),
        Setting.Of("ssl_options.fail_if_no_peer_cert", ValueKinds.Boolean, "false",
            "Refuse clients without a certificate. Has an effect only with `verify_peer`.",
            (target, value) => target.Tls.Options.DemandPeerCertificate = value),
        Setting.Of("ssl_options.depth", Integer(0, 255), "1",
            "Largest number of intermediate certificates between a client's certificate and the certificate of the trusted authority.",
            (target, value) => target.Tls.LimitDepth(value)),
        Version("ssl_options", "clients", target => target.Tls),
        Setting.Of("ssl_options.reuse_sessions", ValueKinds.Boolean, "true",
            "Let clients resume TLS sessions. A resumed session avoids most of the cost of a handshake.",
            (target, value) => target.Tls.Options.ResumesSessions = value),
        Setting.Of("ssl_handshake_timeout", Milliseconds(1, int.MaxValue).Or("infinity", Timeout.InfiniteTimeSpan), "5000",
            "Time limit for the TLS handshake.",
            (target, value) => target.Tls.Options.HandshakeTimeout = value),
        Setting.Of("ssl_cert_login_from", CertificateNames, "distinguished_name",
            "Field of the client's certificate from which EXTERNAL takes the user name.",
            (target, value) => target.Tls.Options.LoginFrom = value),
        Setting.Of("ssl_cert_login_san_type", AlternativeNames, "dns",
            "Type of the alternative name that is the user name, if `ssl_cert_login_from` is `subject_alternative_name`.",
            (target, value) => target.Tls.Options.AlternativeNameType = value)
        .Refusing(
            RabbitMqKinds.Parse("ip|other_name"), "this type of name is not supported, and names of type `dns` would be used instead"),
        Setting.Of("ssl_cert_login_san_index", Integer(0, int.MaxValue), "0",
            "Position of the user name among the alternative names of its type; 0 is the first.",
            (target, value) => target.Tls.Options.AlternativeNameIndex = value),
    ];

    /// <summary>Creates the setting that names a TLS version to offer.</summary>
    private static Setting Version(string prefix, string whose, Func<SettingTarget, TlsPlan> plan) =>
        Setting.Of($"{prefix}.versions.$version", TlsVersion, "", $"A TLS version to offer to {whose}. Default: both versions.",
            (target, value, _) => plan(target).AddVersion(value))
        .Ignoring(_oldVersions, "TLS versions older than 1.2 are not safe, and the broker does not offer them");

    /// <summary>Creates the setting for a private key's password.</summary>
    private static Setting Password(string key, string description, Func<SettingTarget, TlsPlan> plan) =>
        Setting.Of(key, Secret, "", description, (target, value) => plan(target).Options.KeyPassword = value, isSecret: true)
        .Refusing(Encrypted, NoEncrypted);

    private static IEnumerable<Setting> Under(string prefix, string what, Func<SettingTarget, TlsPlan> plan) =>
    [
        Setting.Of($"{prefix}.certfile", Text, "",
            $"PEM file with the server's certificate, for {what}. Default of this and the next four settings: the setting of the "
                + "same name in `ssl_options`.",
            (target, value) => plan(target).Options.CertificateFile = value),
        Setting.Of($"{prefix}.keyfile", Text, "", "PEM file with the private key.",
            (target, value) => plan(target).Options.KeyFile = value),
        Password($"{prefix}.password", "Password of the private key, if the key is encrypted.", plan),
        Setting.Of($"{prefix}.cacertfile", Text, "",
            "PEM file with the certificates of the authorities that may issue client certificates.",
            (target, value) => plan(target).Options.AuthoritiesFile = value),
        Setting.Of($"{prefix}.depth", Integer(0, 255), "",
            "Largest number of intermediate certificates between a client's certificate and the certificate of the trusted authority.",
            (target, value) => plan(target).LimitDepth(value)),
        Version(prefix, "clients of this port", plan),
        Setting.Of($"{prefix}.verify", OneOf("verify_peer", "verify_none"), "verify_none",
            "`verify_peer` requests a certificate from clients. A trusted authority must have issued the certificate. Clients still log "
                + "in with a password.",
            (target, value) => plan(target).Options.VerifyPeer = value == "verify_peer"),
        Setting.Of($"{prefix}.fail_if_no_peer_cert", ValueKinds.Boolean, "false",
            "Refuse clients without a certificate. Has an effect only with `verify_peer`.",
            (target, value) => plan(target).Options.DemandPeerCertificate = value),
    ];
}
