using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Every setting, one row each: parsing, "did you mean", <c>config check</c> and the check of the documentation all read these rows.</summary>
internal static class SettingTable
{
    private const int LargestFrame = 536_870_912;
    private const long LargestMessage = 536_870_912;

    private const string NoEncrypted = "values that RabbitMQ's tools encrypted cannot be read here";

    /// <summary>The settings that the broker acts on, in the order of the documentation.</summary>
    public static IReadOnlyList<Setting> Effective { get; } =
    [
        // Where to listen
        Setting.Of("bind", Addresses, "127.0.0.1, ::1", "Addresses of all listeners that name none themselves, AMQP and HTTP API alike. By default ::1 only where the machine has it.",
            (target, value, how) => target.Listeners.Bind(value, how.Strength)),
        Setting.Of("listeners.tcp", OneOf("none"), "", "`none` takes no AMQP connections over TCP at all.",
            (target, _) => target.Listeners.WithoutAmqp = true),
        Setting.Of("listeners.tcp.$name", Listener, "5672", "A port, or address and port, that takes AMQP connections; the name, usually `default`, is yours. Port 0 is any free one. `unix:/path:0` is the same as `amqp_unix_path`.",
            (target, value, how) => target.Listen(how.Name, value, how.Strength)),
        Setting.Of("listeners.ssl", OneOf("none"), "", "`none` takes no AMQP connections over TLS, whatever else is said.",
            (target, _) => target.Listeners.WithoutTls = true),
        Setting.Of("listeners.ssl.$name", Listener, "", "A port, or address and port, that takes AMQP over TLS, usually 5671; without one there is no TLS.",
            (target, value, how) => target.Listeners.ListenWithTls(how.Name, value, how.Strength)),
        Setting.Of("amqp_unix_path", Text, "", "A path: takes AMQP connections on a Unix socket there too. Users bound to loopback addresses may use it.",
            (target, value) => target.Options.UnixSocketPath = value),
        Setting.Of("proxy_protocol", ValueKinds.Boolean, "false", "A proxy in front of the AMQP listeners says who connects, by the PROXY protocol 1 or 2, ahead of TLS; connections without it are closed.",
            (target, value) => target.Options.ProxyProtocol = value),
        Setting.Of("proxy_protocol.trusted", Networks, "", "Networks of proxies that are believed when they name a loopback address, with which `loopback_users` may log in. A proxy on this machine always is.",
            (target, value) => target.Options.TrustedProxies = value),
        Setting.Of("management.tcp.ip", Address, "", "The one address of the HTTP API, in place of those of `bind`.",
            (target, value, how) => target.Listeners.ManageOn(value, how.Strength)),
        Setting.Of("management.tcp.port", Integer(0, 65_535), "15672", "The port of the HTTP API; 0 is any free port.",
            (target, value) => target.Listeners.ManagementOn = value),
        Setting.Of("management.ssl.port", Integer(0, 65_535), "", "The port of the HTTP API over TLS, usually 15671; without one there is none. Then there is no HTTP without TLS unless `management.tcp` is set too.",
            (target, value) => target.Listeners.ManagementWithTlsOn = value),
        Setting.Of("management.listener.port", Integer(0, 65_535), "", "The port of the HTTP API as RabbitMQ 3.7 set it: the same as `management.tcp.port`, or with `management.listener.ssl` as `management.ssl.port`.",
            (target, value) => target.Listeners.EarlierManagementOn = value),
        Setting.Of("management.listener.ip", Address, "", "Its address, likewise.",
            (target, value, how) => target.Listeners.ManageEarlierOn(value, how.Strength)),
        Setting.Of("management.listener.ssl", ValueKinds.Boolean, "false", "Whether there is TLS on it.",
            (target, value) => target.Listeners.IsEarlierManagementWithTls = value),
        Setting.Of("management.ssl.ip", Address, "", "The one address of the HTTP API over TLS, in place of those of `bind`.",
            (target, value, how) => target.Listeners.ManageWithTlsOn(value, how.Strength)),
        .. TlsSettings.OfHttp,
        Setting.Of("management.path_prefix", PathPrefix, "", "What stands before `/api` in the addresses of the HTTP API, as in `/rabbit`.",
            (target, value) => target.Options.ManagementPathPrefix = value),
        Setting.Of("management.cors.allow_origins", OneOf("none"), "", "No pages but the broker's own may use the HTTP API.",
            (target, _) => target.WithoutCorsOrigins = true),
        Setting.Of("management.cors.allow_origins.$n", Text, "", "An origin, as `https://host:port`, whose pages may use the HTTP API; `*` is any.",
            (target, value, _) => target.AddCorsOrigin(value)),
        Setting.Of("management.cors.max_age", Integer(0, int.MaxValue), "1800", "How long a browser may remember that, in seconds.",
            (target, value) => target.Options.Cors.MaxAge = value),
        Setting.Of("management.http.max_body_size", Bytes(0, int.MaxValue), "20000000", "Largest body of an HTTP request.",
            (target, value) => target.Options.MaxApiBodySize = value),
        Setting.Of("tcp_listen_options.backlog", Integer(1, 65_535), "1024", "Connections that may wait to be accepted; the kernel's somaxconn caps it. RabbitMQ's default is 128.",
            (target, value) => target.Options.Sockets.Backlog = value),
        Setting.Of("tcp_listen_options.nodelay", ValueKinds.Boolean, "true", "Send small writes at once (TCP_NODELAY).",
            (target, value) => target.Options.Sockets.NoDelay = value),
        Setting.Of("tcp_listen_options.keepalive", ValueKinds.Boolean, "false", "Let TCP probe idle peers (SO_KEEPALIVE).",
            (target, value) => target.Options.Sockets.KeepAlive = value),
        Setting.Of("tcp_listen_options.sndbuf", Integer(1, int.MaxValue), "", "The kernel's send buffer per connection, in bytes; the kernel decides unless given.",
            (target, value) => target.Options.Sockets.SendBuffer = value),
        Setting.Of("tcp_listen_options.recbuf", Integer(1, int.MaxValue), "", "The kernel's receive buffer per connection, in bytes; the kernel decides unless given.",
            (target, value) => target.Options.Sockets.ReceiveBuffer = value),

        // Connections and channels
        Setting.Of("handshake_timeout", Milliseconds(1, int.MaxValue).Or("infinity", Timeout.InfiniteTimeSpan), "10000", "How long a client may take from connecting to connection.open.",
            (target, value) => target.Options.HandshakeTimeout = value),
        Setting.Of("heartbeat", Integer(0, ushort.MaxValue), "60", "Heartbeat interval offered to clients, in seconds; 0 offers none.",
            (target, value) => target.Options.Heartbeat = (ushort)value),
        Setting.Of("frame_max", BinarySize(4_096, LargestFrame).Or("0", 0), "131072", "Largest frame offered to clients, in bytes; 0 is no limit.",
            (target, value) => target.Options.FrameMax = value),
        Setting.Of("initial_frame_max", BinarySize(4_096, LargestFrame), "4096", "Largest frame taken before a client has agreed on one, in bytes.",
            (target, value) => target.Options.InitialFrameMax = value),
        Setting.Of("channel_max", Integer(0, ushort.MaxValue), "2047", "Channels offered per connection; 0 is no limit.",
            (target, value) => target.LimitChannels((ushort)value)),
        Setting.Of("max_channels_per_connection", Integer(0, ushort.MaxValue), "", "The same as `channel_max`, which is its name until RabbitMQ 4.2; the smaller one holds.",
            (target, value) => target.LimitChannels((ushort)value)),
        Setting.Of("connection_max", Integer(1, int.MaxValue).Or("infinity", 0), "infinity", "AMQP connections open at once.",
            (target, value) => target.LimitConnections(value)),
        Setting.Of("max_connections", Integer(1, int.MaxValue).Or("infinity", 0), "", "The same as `connection_max`, which is its name until RabbitMQ 4.2; the smallest of all three holds.",
            (target, value) => target.LimitConnections(value)),
        Setting.Of("ranch_connection_max", Integer(1, int.MaxValue).Or("infinity", 0), "", "The same as `connection_max`. In RabbitMQ it counts for each listener.",
            (target, value) => target.LimitConnections(value)),
        Setting.Of("consumer_max_per_channel", Integer(1, int.MaxValue).Or("infinity", 0), "infinity", "Consumers on one channel.",
            (target, value) => target.Options.ConsumerMaxPerChannel = value),
        Setting.Of("cluster_queue_limit", Integer(0, int.MaxValue).Or("infinity", -1), "infinity", "Queues in all virtual hosts together; declaring one more is refused with 406.",
            (target, value) => target.Options.ClusterQueueLimit = value < 0 ? null : value),
        Setting.Of("default_queue_type", OneOf("classic", "quorum", "undefined"), "undefined", "The type of durable, shared, permanent queues that are declared without `x-queue-type`; while it is not `undefined`, a redeclare without one matches any.",
            (target, value) => target.Options.DefaultQueueType = value == "undefined" ? null : value)
        .Ignoring(OneOf("stream"), "there are no streams; queues that name no type are classic ones"),
        Setting.Of("consumer_timeout", Milliseconds(1, int.MaxValue).Or("undefined", Timeout.InfiniteTimeSpan).Or("infinity", Timeout.InfiniteTimeSpan), "infinity", "How long a delivery may stay unacknowledged before its channel is closed with 406; RabbitMQ's default is 1800000.",
            (target, value) => target.Options.ConsumerTimeout = value),
        Setting.Of("connection.outbox_high_watermark", Bytes(4_096, 1L << 40), "1MiB", "Deliveries to a connection stop while more than this waits to be sent to it.",
            (target, value) => target.Options.OutboxHighWatermark = value),
        Setting.Of("connection.reply_high_watermark", Bytes(4_096, 1L << 40), "64MiB", "Replies by direct reply-to are dropped while more than this waits to be sent to the connection that asked.",
            (target, value) => target.Options.ReplyHighWatermark = value),
        Setting.Of("shutdown_timeout", Milliseconds(0, 600_000), "3000", "How long clients may take to answer connection.close when the broker stops.",
            (target, value) => target.Options.ShutdownTimeout = value),

        Setting.Of("connection.max_unauthenticated", Integer(1, int.MaxValue).Or("infinity", 0), "4096", "Connections that may be open without having logged in; beyond it the one that has waited longest is cut off.",
            (target, value) => target.Options.MaxUnauthenticated = value),
        Setting.Of("connection.failed_login_limit", Integer(1, int.MaxValue).Or("infinity", 0), "20", "Refused logins of one address within ten seconds that are answered at once; the others wait for 3 seconds each.",
            (target, value) => target.Options.FailedLoginLimit = value),
        Setting.Of("connection.log_limit", Integer(1, int.MaxValue / 10).Or("infinity", 0), "100", "Warnings and errors about connections of one address that are logged within ten seconds, and ten times as many of all addresses; more are summed up.",
            (target, value) => target.Options.ConnectionLogLimit = value),

        // TLS
        Setting.Of("ssl_options.certfile", Text, "", "The server's certificate in PEM, and behind it those that lead to an authority that clients know.",
            (target, value) => target.Tls.Options.CertificateFile = value),
        Setting.Of("ssl_options.keyfile", Text, "", "Its key in PEM; looked for in the certificate's file unless given.",
            (target, value) => target.Tls.Options.KeyFile = value),
        TlsSettings.Password("ssl_options.password", "What the key is encrypted with.", target => target.Tls),
        Setting.Of("ssl_options.cacertfile", Text, "", "The authorities in PEM whose client certificates are trusted.",
            (target, value) => target.Tls.Options.AuthoritiesFile = value),
        Setting.Of("ssl_options.verify", OneOf("verify_peer", "verify_none"), "verify_none", "With `verify_peer` clients are asked for a certificate, which one of the authorities must have issued, and may log in with it (EXTERNAL).",
            (target, value) => target.Tls.Options.VerifyPeer = value == "verify_peer"),
        Setting.Of("ssl_options.fail_if_no_peer_cert", ValueKinds.Boolean, "false", "Refuse clients without a certificate; with `verify_peer` only.",
            (target, value) => target.Tls.Options.DemandPeerCertificate = value),
        Setting.Of("ssl_options.depth", Integer(0, 255), "1", "Certificates that may stand between a client's and its authority's.",
            (target, value) => target.Tls.LimitDepth(value)),
        TlsSettings.Version("ssl_options", "clients", target => target.Tls),
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

        // Messages and memory
        Setting.Of("max_message_size", Bytes(1, LargestMessage), "134217728", "Largest message body; a larger one closes the channel with 406.",
            (target, value) => target.Options.MaxMessageSize = value),
        Setting.Of("max_table_depth", Integer(1, 1_000_000), "1024", "How deep tables and arrays may nest in headers and arguments; what nests deeper closes the connection with 502.",
            (target, value) => target.Options.MaxTableDepth = value),
        Setting.Of("vm_memory_high_watermark.relative", Fraction, "0.6", "Publishers are blocked while messages that are in memory only (transient ones not paged out, persistent ones not yet written), what queues remember of each message, contents in arrival and open transactions take more than this share of the memory available to the broker.",
            (target, value) => target.Memory.Relative = value),
        Setting.Of("vm_memory_high_watermark.absolute", Bytes(0, long.MaxValue), "", "The same limit in bytes; it outweighs the share.",
            (target, value) => target.Memory.Absolute = value),
        Setting.Of("vm_memory_high_watermark_paging_ratio", PositiveFactor, "0.5", "Transient messages begin to go to the disk, the oldest first, when those in memory take this share of the memory high watermark; with 1.0 or more they stay in memory.",
            (target, value) => target.Memory.PagingRatio = value),
        Setting.Of("disk_free_limit.absolute", Bytes(0, long.MaxValue), "50MB", "Publishers are blocked, and transient messages stay in memory, while less than this is free where the data directory is.",
            (target, value) => target.Disk.Absolute = value),
        Setting.Of("disk_free_limit.relative", Factor, "", "The same limit as a multiple of the memory available to the broker; the number of bytes outweighs it.",
            (target, value) => target.Disk.Relative = value),
        Setting.Of("total_memory_available_override_value", Bytes(1, long.MaxValue), "", "The memory that the share is of; what the machine and its control group allow unless given.",
            (target, value) => target.Memory.AvailableOverride = value),

        Setting.Of("message_interceptors.incoming.set_header_timestamp.overwrite", ValueKinds.Boolean, "", "Give every published message the header `timestamp_in_ms` and a timestamp; `false` leaves those that it has, `true` replaces them. Neither unless given.",
            (target, value) => target.Options.Interceptors.OverwritesTimestamp = value),
        Setting.Of("message_interceptors.incoming.set_header_routing_node.overwrite", ValueKinds.Boolean, "", "Give every published message the header `x-routed-by` with the node's name; `false` leaves one that it has, `true` replaces it. None unless given.",
            (target, value) => target.Options.Interceptors.OverwritesRoutingNode = value),

        // Users and names
        .. AuthenticationSettings.Rows,
        Setting.Of("default_user", Name, "guest", "User made when the data directory is new.",
            (target, value) => target.Options.DefaultAccess.User = value),
        Setting.Of("default_pass", Secret, "guest", "That user's password.",
            (target, value) => target.Options.DefaultAccess.Password = value, isSecret: true)
        .Refusing(Encrypted, NoEncrypted),
        Setting.Of("default_vhost", Name, "/", "Virtual host made when the data directory is new.",
            (target, value) => target.Options.DefaultAccess.VirtualHost = value),
        Setting.Of("default_user_tags.$tag", ValueKinds.Boolean, "", "A tag of that user; `administrator` alone unless any is given.",
            (target, value, how) => target.SetDefaultUserTag(how.Name, value)),
        Setting.Of("default_permissions.configure", Pattern, ".*", "Queues and exchanges that the user may declare and delete in the virtual host.",
            (target, value) => target.Options.DefaultAccess.Permissions.Configure = value),
        Setting.Of("default_permissions.write", Pattern, ".*", "Those to which the user may publish or bind.",
            (target, value) => target.Options.DefaultAccess.Permissions.Write = value),
        Setting.Of("default_permissions.read", Pattern, ".*", "Those from which the user may consume or bind.",
            (target, value) => target.Options.DefaultAccess.Permissions.Read = value),
        Setting.Of("default_users.$name.vhost_pattern", Pattern, ".*", "This user is made, or made anew, with every new virtual host whose name matches.",
            (target, value, how) => target.DefaultUser(how.Name).VirtualHostPattern = value),
        Setting.Of("default_users.$name.password", Secret, "", "The user's password; without one nobody logs in with a password.",
            (target, value, how) => target.DefaultUser(how.Name).Password = value, isSecret: true)
        .Refusing(Encrypted, NoEncrypted),
        Setting.Of("default_users.$name.tags", Words, "", "The user's tags.",
            (target, value, how) => target.DefaultUser(how.Name).Tags = value),
        Setting.Of("default_users.$name.configure", Pattern, ".*", "What the user may declare and delete in that virtual host.",
            (target, value, how) => target.DefaultUser(how.Name).Permissions.Configure = value),
        Setting.Of("default_users.$name.write", Pattern, ".*", "To what the user may publish or bind.",
            (target, value, how) => target.DefaultUser(how.Name).Permissions.Write = value),
        Setting.Of("default_users.$name.read", Pattern, ".*", "From what the user may consume or bind.",
            (target, value, how) => target.DefaultUser(how.Name).Permissions.Read = value),
        Setting.Of("load_definitions", Text, "", "A file of definitions, or a folder of files that end in `.json`, to be imported at every start; where they have users, the default user is not made.",
            (target, value) => target.ImportDefinitions("load_definitions", value)),
        Setting.Of("definitions.import_backend", OneOf("local_filesystem"), "local_filesystem", "Where the definitions of `definitions.local.path` are.",
            (_, _) => { })
        .Refusing(RabbitMqKinds.AnyText, "definitions are imported from files only"),
        Setting.Of("definitions.local.path", Text, "", "The same as `load_definitions`.",
            (target, value) => target.ImportDefinitions("definitions.local.path", value)),
        Setting.Of("definitions.skip_if_unchanged", ValueKinds.Boolean, "false", "Do not import again what has been imported and is as it was.",
            (target, value) => target.Options.Definitions.SkipIfUnchanged = value),
        Setting.Of("management.load_definitions", Text, "", "The same as `load_definitions`, which comes before it.",
            (target, value) => target.ImportDefinitions("management.load_definitions", value)),
        Setting.Of("loopback_users", OneOf("none"), "", "`none` lets every user connect from anywhere.",
            (target, _) => target.WithoutLoopbackUsers = true),
        Setting.Of("loopback_users.$user", ValueKinds.Boolean, "", "Whether this user may connect over a loopback address only: true for guest, false for all others.",
            (target, value, how) => target.SetLoopbackUser(how.Name, value)),
        Setting.Of("password_hashing_module", OneOf("rabbit_password_hashing_sha256", "rabbit_password_hashing_sha512"), "rabbit_password_hashing_sha256", "How new passwords are hashed.",
            (target, value) => target.Options.Passwords.Hashing = value)
        .Refusing(RabbitMqKinds.AnyText, "new passwords are hashed by SHA-256 or SHA-512 only"),
        Setting.Of("credential_validator.validation_backend", OneOf(PasswordOptions.AcceptEverything, PasswordOptions.MinimumLength, PasswordOptions.RegularExpression), PasswordOptions.AcceptEverything, "What new passwords must be like, those of this file excepted.",
            (target, value) => target.Options.Passwords.Validation = value)
        .Refusing(RabbitMqKinds.AnyText, "new passwords are not checked by anything else"),
        Setting.Of("credential_validator.min_length", Integer(0, int.MaxValue), "5", "The least number of bytes, for `rabbit_credential_validator_min_password_length`.",
            (target, value) => target.Options.Passwords.MinLength = value),
        Setting.Of("credential_validator.regexp", Pattern, ".*", "What must be found in a password, for `rabbit_credential_validator_password_regexp`.",
            (target, value) => target.Options.Passwords.Pattern = value),
        Setting.Of("cluster_name", Name, "", "The cluster's name as clients and the HTTP API see it; `rabbit@` and the host's name unless given.",
            (target, value) => target.Options.ClusterName = value),
        Setting.Of("product_name", Name, "AmqpBroker", "What the broker calls itself to clients.",
            (target, value) => target.Options.ProductName = value),
        Setting.Of("product_version", ValueKinds.Version, "", "The version it tells them; some clients choose their behaviour by it. The broker's own unless given.",
            (target, value) => target.Options.ProductVersion = value),
        Setting.Of("product.name", Name, "", "The same as `product_name`, as RabbitMQ writes it.",
            (target, value) => target.Options.ProductName = value),
        Setting.Of("product.version", ValueKinds.Version, "", "The same as `product_version`.",
            (target, value) => target.Options.ProductVersion = value)
        .Ignoring(RabbitMqKinds.AnyText, "clients are told three numbers, as some of them parse it"),

        // Log
        Setting.Of("log.level", Level, "info", "The least severe level logged.",
            (target, value) => target.Options.Log.Level = value),
        Setting.Of("log.console", ValueKinds.Boolean, "true", "Write the log to standard output.",
            (target, value) => target.Options.Log.Console = value),
        Setting.Of("log.console.level", Level, "", "The least severe level written to standard output; that of `log.level` unless given.",
            (target, value) => target.Options.Log.ConsoleLevel = value),
        Setting.Of("log.console.formatter", OneOf("plaintext", "json"), "plaintext", "A line of text for each event, or a JSON object in a line.",
            (target, value) => target.Options.Log.IsJson = value == "json"),
        Setting.Of("log.console.stdio", OneOf("stdout", "stderr"), "stdout", "Where the log is written.",
            (target, value) => target.Options.Log.IsOnStandardError = value == "stderr"),
        Setting.Of("log.exchange", ValueKinds.Boolean, "false", "Publish the log to the exchange `amq.rabbitmq.log` of `default_vhost` too, with the level as routing key.",
            (target, value) => target.Options.Log.IsOnExchange = value),
        Setting.Of("log.exchange.level", Level, "", "The least severe level published there; that of `log.level` unless given.",
            (target, value) => target.Options.Log.ExchangeLevel = value),
        Setting.Of("log.exchange.formatter", OneOf("plaintext", "json"), "plaintext", "What is published there for each event: a line of text, or a JSON object.",
            (target, value) => target.Options.Log.IsJsonOnExchange = value == "json"),
        CategoryLevel("connection", "clients that come, are refused and go"),
        CategoryLevel("channel", "channels that are closed for a client's mistake"),
        CategoryLevel("queue", "what queues and exchanges cannot do now"),
        CategoryLevel("management", "changes over HTTP, and who was refused there"),
        CategoryLevel("default", "all that is of no other category"),

        // Statistics
        Setting.Of("collect_statistics_interval", Milliseconds(1, 3_600_000), "5000", "Time between two samples of all counts; rates are those between the last two.",
            (target, value) => target.Options.Statistics.Interval = value),
        Setting.Of("statistics.max_memory", Bytes(0, long.MaxValue), "16MiB", "What samples may take in memory; beyond it those of single objects reach back less far.",
            (target, value) => target.Options.Statistics.MaxMemory = value),
        Setting.Of("track_auth_attempt_source", ValueKinds.Boolean, "false", "Keep who tried to log in from where, for the HTTP API and Prometheus: the first 4096 of them.",
            (target, value) => target.Options.Statistics.TracksLoginSources = value),
        Setting.Of("prometheus.tcp.ip", Address, "", "The one address that answers Prometheus, in place of those of `bind`.",
            (target, value, how) => target.Listeners.MeasureOn(value, how.Strength)),
        Setting.Of("prometheus.tcp.port", Integer(0, 65_535), "", "The port that answers Prometheus; 0 is any free port. 15692 unless given, or 20 above another port of the HTTP API, or any free port as that.",
            (target, value) => target.Listeners.MetricsOn = value),
        Setting.Of("prometheus.tcp.listener", Listener.Or("none", default), "", "Address and port that answer Prometheus, in one; `none` is no answer without TLS.",
            (target, value, how) => target.Listeners.Measure(value, how.Strength)),
        Setting.Of("prometheus.ssl.port", Integer(0, 65_535), "", "The port that answers Prometheus over TLS, usually 15691; without one there is none. Then there is none without TLS unless `prometheus.tcp` is set too.",
            (target, value) => target.Listeners.MetricsWithTlsOn = value),
        Setting.Of("prometheus.ssl.ip", Address, "", "The one address that answers Prometheus over TLS, in place of those of `bind`.",
            (target, value, how) => target.Listeners.MeasureWithTlsOn(value, how.Strength)),
        Setting.Of("prometheus.path", Text, "/metrics", "The path of the metrics.",
            (target, value) => target.Options.Statistics.MetricsPath = value),
        Setting.Of("prometheus.return_per_object_metrics", ValueKinds.Boolean, "false", "Metrics for each queue, channel and connection at that path, as at `/metrics/per-object`.",
            (target, value) => target.Options.Statistics.ReturnsPerObjectMetrics = value),
        Setting.Of("prometheus.authentication.enabled", ValueKinds.Boolean, "false", "Metrics for users only who log in and have the tag monitoring or administrator.",
            (target, value) => target.Options.Statistics.DemandsLoginForMetrics = value),
        Setting.Of("opentelemetry.endpoint", HttpAddress, "", "A collector that is sent metrics by OTLP, without the path of a signal; usually port 4318, or 4317 for gRPC. Without one nothing is sent.",
            (target, value) => target.Options.Telemetry.Endpoint = value),
        Setting.Of("opentelemetry.protocol", OneOf("http/protobuf", "grpc"), "http/protobuf", "What the collector takes there.",
            (target, value) => target.Options.Telemetry.IsGrpc = value == "grpc"),
        Setting.Of("opentelemetry.headers", Text, "", "Headers that it wants, as `key=value,key=value`, values percent-encoded.",
            (target, value) => target.Options.Telemetry.Headers = value, isSecret: true),
        Setting.Of("opentelemetry.interval", Milliseconds(100, 3_600_000), "60000", "Time between two sendings of the metrics.",
            (target, value) => target.Options.Telemetry.Interval = value),
        Setting.Of("opentelemetry.traces", ValueKinds.Boolean, "false", "Send spans too: of HTTP requests, and of messages that have W3C's `traceparent` in their headers.",
            (target, value) => target.Options.Telemetry.Traces = value),
        Setting.Of("opentelemetry.traces.sampling_ratio", Fraction, "1.0", "The share of traces that is sent; of those that others began, the ones that they did not sample never are.",
            (target, value) => target.Options.Telemetry.SamplingRatio = value),
        Setting.Of("event_exchange.enabled", ValueKinds.Boolean, "true", "Tell what happens in the broker to the exchange `amq.rabbitmq.event`, as RabbitMQ's plugin does.",
            (target, value) => target.Options.EventExchange = value),
        Setting.Of("event_exchange.protocol", OneOf("amqp_0_9_1"), "amqp_0_9_1", "The form of the messages there.",
            (_, _) => { })
        .Ignoring(OneOf("amqp_1_0"), "events are messages of AMQP 0-9-1"),
        Setting.Of("event_exchange.vhost", Text, "", "Virtual host of that exchange; that of `default_vhost` unless given.",
            (target, value) => target.Options.EventExchangeVirtualHost = value),

        // Store
        Setting.Of("data_dir", Text, "amqpbroker-data", "Folder of everything that outlives the process; one broker at a time.",
            (target, value) => target.Options.DataDirectory = value),
        Setting.Of("store.segment_size", Bytes(1 << 20, 1 << 30), "64MiB", "Size of one file of the message log; it holds at least one block.",
            (target, value) => target.Store.SegmentSize = (int)value),
        Setting.Of("store.block_size", Bytes(4_096, 16 << 20), "256KiB", "Unit in which memory for messages is taken.",
            (target, value) => target.Store.BlockSize = (int)value),
        Setting.Of("store.resident_memory", Bytes(0, long.MaxValue), "48MiB", "Persistent messages kept in memory after they are written; older ones are read from disk when they are delivered. At most a quarter of the memory high watermark.",
            (target, value) => target.Store.ResidentBytes = value),
        Setting.Of("store.max_messages_in_memory", Integer(0, int.MaxValue), "500000", "Messages of durable queues that are remembered one by one, all queues together, at 24 bytes each; beyond it those of full log files leave memory and are found again by the files' indexes.",
            (target, value) => target.Store.MaxMessagesInMemory = value),
        Setting.Of("store.max_unwritten", Bytes(1 << 20, long.MaxValue), "32MiB", "Messages that may wait to be written to disk before their publishers wait. At most a quarter of the memory high watermark.",
            (target, value) => target.Store.MaxUnwrittenBytes = value),
        Setting.Of("store.sync_interval", Milliseconds(1, 60_000), "200", "The longest that persistent messages nobody awaits a confirm for stay unsynced.",
            (target, value) => target.Store.SyncInterval = value),

        Setting.Of("accept_ineffective.*", ValueKinds.Boolean, "", "`true` lets the broker start although the setting of RabbitMQ's that follows restricts something and has no effect here; it is warned of.",
            (target, value, how) =>
            {
                if (value)
                    target.AcceptIneffective(how.Name);
            }),
    ];

    /// <summary>The effective settings, then those without effect.</summary>
    public static IReadOnlyList<Setting> All { get; } = [.. Effective, .. RabbitMqSettings.WithoutEffect];

    /// <summary>The row for a key, or null.</summary>
    public static Setting? Find(IReadOnlyList<string> segments, out string name)
    {
        foreach (Setting setting in All)
        {
            if (setting.Key.Matches(segments, out name))
                return setting;
        }

        name = "";
        return null;
    }

    private static Setting CategoryLevel(string category, string content) =>
        Setting.Of($"log.{category}.level", Level, "", $"The least severe level logged of {content}; that of `log.console.level` unless given.",
            (target, value) => target.Options.Log.CategoryLevels[category] = value);
}
