using System.Net;
using System.Net.Sockets;
using Amqp.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using SocketOptions = Amqp.Server.Configuration.SocketOptions;

namespace Amqp.Server.Hosting;

/// <summary>Makes the sockets that Kestrel listens on, and closes them first when the broker stops.</summary>
/// <remarks>Not thread-safe: Kestrel binds one address after another, and stopping starts only after that.</remarks>
/// <param name="options">What to set on each socket.</param>
internal sealed class ListenSockets(SocketOptions options)
{
    // As to a TCP port: who comes in still has to log in.
    private const UnixFileMode AnyoneMayConnect =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly Dictionary<EndPoint, PortGroup> _groups = new(ReferenceEqualityComparer.Instance);
    private readonly List<Socket> _sockets = [];

    /// <summary>Makes these addresses share a port where they leave it to the system.</summary>
    public void SharePort(IEnumerable<IPEndPoint> endPoints)
    {
        var group = new PortGroup();
        foreach (IPEndPoint endPoint in endPoints)
            _groups[endPoint] = group;
    }

    /// <summary>Binds a socket for Kestrel to listen on.</summary>
    /// <exception cref="StartException">The address cannot be had.</exception>
    public Socket Bind(EndPoint endPoint)
    {
        if (endPoint is UnixDomainSocketEndPoint path)
            return Keep(BindUnixSocket(path));
        if (endPoint is not IPEndPoint wanted)
            return Keep(SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint)); // one that the process was handed
        PortGroup group = _groups.GetValueOrDefault(endPoint) ?? new PortGroup();
        Socket socket = wanted.Port == 0 && group.Port != 0
            ? TryBind(wanted.Address, group.Port) ?? BindOrThrow(wanted)
            : BindOrThrow(wanted);
        group.Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return Keep(socket);
    }

    /// <summary>Closes the listening sockets, upon which Kestrel's loops that accept connections end.</summary>
    public void Close()
    {
        foreach (Socket socket in _sockets)
            socket.Dispose();
        _sockets.Clear();
    }

    private Socket Keep(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }

    /// <summary>Binds to a path, where a broker that was killed may have left its socket.</summary>
    private static Socket BindUnixSocket(UnixDomainSocketEndPoint endPoint)
    {
        string path = endPoint.ToString();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (File.Exists(path) && !IsAnswering(endPoint))
                File.Delete(path);
            socket.Bind(endPoint);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, AnyoneMayConnect);
            return socket;
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new StartException($"Cannot listen on {path}: {exception.Message}. Choose another with amqp_unix_path.", exception);
        }
    }

    private static bool IsAnswering(UnixDomainSocketEndPoint endPoint)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Socket? TryBind(IPAddress address, int port)
    {
        try
        {
            return BindSocket(new IPEndPoint(address, port));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private Socket BindOrThrow(IPEndPoint endPoint)
    {
        try
        {
            return BindSocket(endPoint);
        }
        catch (SocketException exception)
        {
            throw exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => new StartException(
                    $"Cannot listen on {endPoint}: the port is in use. Stop what listens there, or choose another port with --port or --management-port.", exception),
                SocketError.AccessDenied => new StartException(
                    $"Cannot listen on {endPoint}: ports below 1024 need a privilege. Choose another port with --port or --management-port.", exception),
                SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported => NoSuchAddress(endPoint, exception),
                _ => new StartException($"Cannot listen on {endPoint}: {exception.Message}.", exception),
            };
        }
    }

    /// <summary>What is said of an address that the machine has not got.</summary>
    public static ConfigurationException NoSuchAddress(IPEndPoint endPoint, Exception? cause = null) =>
        new($"Cannot listen on {endPoint}: this machine has no such address. Choose another with --bind.", cause);

    private Socket BindSocket(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Every IPv6 address includes every IPv4 address, as RabbitMQ's default listener does.
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            if (options.KeepAlive)
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            if (options.SendBuffer > 0)
                socket.SendBufferSize = options.SendBuffer;
            if (options.ReceiveBuffer > 0)
                socket.ReceiveBufferSize = options.ReceiveBuffer;
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class PortGroup
    {
        public int Port { get; set; }
    }
}
