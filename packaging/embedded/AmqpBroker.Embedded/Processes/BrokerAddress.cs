using System.Globalization;

namespace AmqpBroker.Embedded.Processes;

/// <summary>The addresses of a broker, and the default user, password and virtual host from its settings.</summary>
internal sealed class BrokerAddress
{
    private const string DefaultLogin = "guest";
    private const string DefaultVirtualHost = "/";

    /// <summary>Computes the addresses.</summary>
    /// <param name="settings">Settings of the broker. They may name a default user and a default virtual host.</param>
    /// <param name="port">Port for AMQP.</param>
    /// <param name="managementPort">Port of the HTTP API.</param>
    public BrokerAddress(IDictionary<string, string> settings, int port, int managementPort)
    {
        User = Setting("default_user", DefaultLogin);
        Password = Setting("default_pass", DefaultLogin);
        VirtualHost = Setting("default_vhost", DefaultVirtualHost);
        string path = VirtualHost == DefaultVirtualHost ? "" : Uri.EscapeDataString(VirtualHost);
        Amqp = new Uri(string.Format(
            CultureInfo.InvariantCulture, "amqp://{0}:{1}@127.0.0.1:{2}/{3}",
            Uri.EscapeDataString(User), Uri.EscapeDataString(Password), port, path));
        Management = new Uri(string.Format(CultureInfo.InvariantCulture, "http://127.0.0.1:{0}/", managementPort));

        string Setting(string key, string otherwise) => settings.TryGetValue(key, out string? value) ? value : otherwise;
    }

    /// <summary>Address for AMQP clients.</summary>
    public Uri Amqp { get; }

    /// <summary>Address of the HTTP API.</summary>
    public Uri Management { get; }

    /// <summary>Name of the user.</summary>
    public string User { get; }

    /// <summary>Password of the user.</summary>
    public string Password { get; }

    /// <summary>Name of the virtual host.</summary>
    public string VirtualHost { get; }
}
