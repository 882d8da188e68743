using System.Net.Sockets;
using System.Text;

namespace Amqp.Server.Hosting;

/// <summary>Tells systemd (<c>Type=notify</c>) when the broker is ready and when it stops; does nothing elsewhere. See sd_notify(3).</summary>
/// <param name="socketPath">The variable <c>NOTIFY_SOCKET</c>; null or empty where nobody wants to know.</param>
internal sealed class SystemdNotification(string? socketPath)
{
    /// <summary>All listeners listen.</summary>
    public void SayReady() => Send("READY=1");

    /// <summary>No more connections are taken.</summary>
    public void SayStopping() => Send("STOPPING=1");

    private void Send(string state)
    {
        if (string.IsNullOrEmpty(socketPath))
            return;
        // @ stands for the zero that names outside the file system begin with.
        string path = socketPath[0] == '@' ? '\0' + socketPath[1..] : socketPath;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // Whoever started us is not there to be told; that is no reason to stop.
        }
    }
}
