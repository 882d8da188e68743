namespace AmqpBroker.Embedded;

/// <summary>Options of an <see cref="EmbeddedBroker"/>. Set them before the start.</summary>
public sealed class EmbeddedBrokerOptions
{
    /// <summary>
    /// Settings of the broker, by the keys of <c>rabbitmq.conf</c>: <c>["max_message_size"] = "16MiB"</c>. If a key is unknown or a value
    /// is invalid, the start fails with an exception that names the key.
    /// </summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Folder for the broker's data. The broker does not delete this folder. The default, null, means a temporary folder, which is deleted
    /// when the broker ends.
    /// </summary>
    public string? DataDirectory { get; set; }

    /// <summary>
    /// Parent of the temporary folder for the broker's data. The default, null, means <c>/dev/shm</c>, which is in memory. If
    /// <c>/dev/shm</c> does not exist or has less than 1 GiB left, the system's folder for temporary files is used instead.
    /// </summary>
    public string? TemporaryFolder { get; set; }

    /// <summary>Port for AMQP on 127.0.0.1. The default, 0, means any free port.</summary>
    public int Port { get; set; }

    /// <summary>Port of the HTTP API on 127.0.0.1. The default, 0, means any free port.</summary>
    public int ManagementPort { get; set; }

    /// <summary>
    /// Path of the broker to run: an executable, or <c>amqpbroker.dll</c> for the .NET 10 runtime. The default, null, means the broker in
    /// the package.
    /// </summary>
    public string? Program { get; set; }

    /// <summary>Time limit for the start. The default is one minute.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time limit for a graceful stop. A broker that takes longer is killed. The default is 30 seconds.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Receives each line that the broker prints, on a thread that reads the broker's output. Exceptions of this delegate are ignored.
    /// </summary>
    public Action<string>? LineLogged { get; set; }
}
