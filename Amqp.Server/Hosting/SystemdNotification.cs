using System.Net.Sockets;
using System.Text;

namespace Amqp.Server.Hosting;

/// <summary>Notifies systemd (<c>Type=notify</c>) that the broker is ready, works, or is stopping. See sd_notify(3).</summary>
/// <param name="socketPath">Value of the variable <c>NOTIFY_SOCKET</c>; null or empty if systemd did not start the broker.</param>
internal sealed class SystemdNotification(string? socketPath)
{
    /// <summary>Reports that all listeners accept connections.</summary>
    public void SayReady() => Send("READY=1");

    /// <summary>Reports that the broker works; see <see cref="SystemdWatchdog"/>.</summary>
    public void SayAlive() => Send("WATCHDOG=1");

    /// <summary>Reports that no more connections are accepted.</summary>
    public void SayStopping() => Send("STOPPING=1");

    private void Send(string state)
    {
        if (string.IsNullOrEmpty(socketPath))
            return;
        // A leading @ stands for the zero byte that begins a name in Linux's abstract namespace.
        string path = socketPath[0] == '@' ? '\0' + socketPath[1..] : socketPath;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // The broker must run even if systemd cannot be reached.
        }
    }
}
