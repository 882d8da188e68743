using System.Net;
using System.Net.Sockets;
using Amqp.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using SocketOptions = Amqp.Server.Configuration.SocketOptions;

namespace Amqp.Server.Hosting;

/// <summary>Creates the sockets on which Kestrel listens. When the broker stops, it closes these sockets first.</summary>
/// <remarks>Not thread-safe. Kestrel binds the addresses one by one, and the broker stops only after the last one is bound.</remarks>
/// <param name="options">The options to set on each socket.</param>
internal sealed class ListenSockets(SocketOptions options)
{
    // Like a TCP port, the socket is open to every user of this machine. Clients must log in.
    private const UnixFileMode AnyoneMayConnect =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
            | UnixFileMode.OtherWrite;

    private readonly Dictionary<EndPoint, PortGroup> _groups = new(ReferenceEqualityComparer.Instance);
    private readonly List<Socket> _sockets = [];

    /// <summary>Makes the addresses with port 0 share one free port. An address on which this port is in use gets another port.</summary>
    public void SharePort(IEnumerable<IPEndPoint> endPoints)
    {
        var group = new PortGroup();
        foreach (IPEndPoint endPoint in endPoints)
            _groups[endPoint] = group;
    }

    /// <summary>Binds a socket for Kestrel to listen on.</summary>
    /// <exception cref="StartException">The address cannot be bound.</exception>
    public Socket Bind(EndPoint endPoint)
    {
        if (endPoint is UnixDomainSocketEndPoint path)
            return Keep(BindUnixSocket(path));
        if (endPoint is not IPEndPoint wanted)
            return Keep(SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint)); // a socket that systemd has opened
        PortGroup group = _groups.GetValueOrDefault(endPoint) ?? new PortGroup();
        Socket socket = wanted.Port == 0 && group.Port != 0
            ? TryBind(wanted.Address, group.Port) ?? BindOrThrow(wanted)
            : BindOrThrow(wanted);
        group.Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return Keep(socket);
    }

    /// <summary>Closes the listening sockets. Kestrel then accepts no more connections.</summary>
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

    /// <summary>Binds a Unix socket to a path. First deletes a socket file that a killed broker has left at the path.</summary>
    private static Socket BindUnixSocket(UnixDomainSocketEndPoint endPoint)
    {
        string path = endPoint.ToString();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var file = new FileInfo(path);
            if (file is { Exists: true, Length: 0 } && !IsAnswering(endPoint)) // a file with content is no socket, and is not deleted
                file.Delete();
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
                    $"Cannot listen on {endPoint}: the port is in use. Stop the program that uses the "
                        + "port, or choose another port with --port or --management-port.",
                    exception),
                SocketError.AccessDenied => new StartException(
                    $"Cannot listen on {endPoint}: ports below 1024 need a privilege. Choose another "
                        + "port with --port or --management-port.",
                    exception),
                SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported => NoSuchAddress(endPoint, exception),
                _ => new StartException($"Cannot listen on {endPoint}: {exception.Message}.", exception),
            };
        }
    }

    /// <summary>Creates the exception for an IP address that this machine does not have.</summary>
    public static ConfigurationException NoSuchAddress(IPEndPoint endPoint, Exception? cause = null) =>
        new($"Cannot listen on {endPoint}: this machine has no such address. Choose another with --bind.", cause);

    private Socket BindSocket(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As in RabbitMQ's default listener, the address [::] also accepts IPv4.
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
