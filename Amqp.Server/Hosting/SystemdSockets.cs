using System.Globalization;

namespace Amqp.Server.Hosting;

/// <summary>Listening sockets from a <c>.socket</c> unit of systemd, sorted by <c>FileDescriptorName</c>. See sd_listen_fds(3).</summary>
internal sealed class SystemdSockets
{
    private const int FirstHandle = 3; // systemd's constant SD_LISTEN_FDS_START

    private SystemdSockets(IEnumerable<(ulong Handle, string Name)> sockets)
    {
        var byUse = sockets.ToLookup(
            socket => socket.Name is "amqps" or "management" or "metrics" ? socket.Name : "amqp", socket => socket.Handle);
        (Amqp, Tls, Management, Metrics) = ([.. byUse["amqp"]], [.. byUse["amqps"]], [.. byUse["management"]], [.. byUse["metrics"]]);
    }

    /// <summary>
    /// Handles of the sockets for AMQP: every socket with a name other than <c>amqps</c>, <c>management</c> and <c>metrics</c>.
    /// </summary>
    public IReadOnlyList<ulong> Amqp { get; }

    /// <summary>Handles of the sockets named <c>amqps</c>, for AMQP over TLS.</summary>
    public IReadOnlyList<ulong> Tls { get; }

    /// <summary>Handles of the sockets named <c>management</c>, for the HTTP API.</summary>
    public IReadOnlyList<ulong> Management { get; }

    /// <summary>Handles of the sockets named <c>metrics</c>, for Prometheus.</summary>
    public IReadOnlyList<ulong> Metrics { get; }

    /// <summary>Finds the sockets that systemd opened for this process. systemd describes them in environment variables.</summary>
    /// <param name="variable">Returns the value of a variable; null if the variable is not set.</param>
    /// <param name="processId">Id of this process. If <c>LISTEN_PID</c> is another id, the sockets are not used.</param>
    public static SystemdSockets Read(Func<string, string?> variable, int processId)
    {
        int count = Number(variable("LISTEN_PID")) == processId ? Number(variable("LISTEN_FDS")) ?? 0 : 0;
        string[] names = variable("LISTEN_FDNAMES")?.Split(':') ?? [];
        return new SystemdSockets(
            Enumerable.Range(0, count).Select(index => ((ulong)(FirstHandle + index), names.ElementAtOrDefault(index) ?? "")));
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
