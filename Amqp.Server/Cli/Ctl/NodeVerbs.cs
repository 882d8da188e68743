using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>
/// The verbs of <c>amqpbroker ctl</c> for the node: wait for its start, show its status, change its maintenance mode, and stop it.
/// </summary>
internal static class NodeVerbs
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new("await_online_nodes", "<count>", 1, 1, "Waits for <count> nodes to join the cluster", AwaitNodesAsync) { Timeout = 300 },
        new("await_startup", "", 0, 0, "Waits for the RabbitMQ application to start on the target node", AwaitStartupAsync)
        {
            Timeout = 300
        },
        new(
            "cluster_status",
            "",
            0,
            0,
            "Displays all the nodes in the cluster grouped by node type, together with the currently running nodes",
            NodeStatus.PrintClusterAsync)
        {
            Timeout = 60
        },
        new("drain", "", 0, 0, "Puts the node in maintenance mode. Such nodes will not serve any client traffic", call => SetAsync(
            call,
            "Will put node {0} into maintenance mode. The node will no longer serve any client traffic!",
            "maintenance",
            "enabled",
            true)),
        new("node_health_check", "", 0, 0, "DEPRECATED. Performs a health check of the target node", CheckAsync) { Timeout = 70 },
        new("ping", "", 0, 0, "Checks that the broker responds", PingAsync) { Timeout = 60 },
        new("resume_listeners", "", 0, 0, "Resumes client connection listeners making them accept client connections again", call =>
            SetAsync(
                call,
                "Will resume client connection listeners on node {0}. The node will now accept client connections",
                "listeners",
                "suspended",
                false)),
        new(
            "revive",
            "",
            0,
            0,
            "Puts the node out of maintenance and into regular operating mode. Such nodes will again serve client traffic",
            call => SetAsync(
                call,
                "Will put node {0} back into regular operating mode. The node will again serve client "
                    + "traffic and host primary queue replicas.",
                "maintenance",
                "enabled",
                false)),
        new("rotate_logs", "", 0, 0, "Does nothing [deprecated]", _ =>
            throw CtlException.Error(ExitCode.Unavailable, "This command does not rotate logs anymore [deprecated]"))
        {
            IsLocal = true
        },
        new("shutdown", "[--wait]", 0, 0, "Stops the broker's process and waits until it has ended", ShutdownAsync)
        {
            Flags = ["--wait", "--no-wait"]
        },
        new("start_app", "", 0, 0, "Checks that the broker runs; no application within its process can be stopped or started", StartAsync),
        new("status", "[--unit <unit>]", 0, 0, "Displays status of a node", NodeStatus.PrintAsync) { Options = ["--unit"], Timeout = 60 },
        new("stop", "[<pidfile>]", 0, 1, "Stops the broker's process", ShutdownAsync) { Flags = ["--idempotent"] },
        new("suspend_listeners", "", 0, 0, "Suspends client connection listeners so that no new client connections are accepted", call =>
            SetAsync(
                call,
                "Will suspend client connection listeners on node {0}. The node will no longer accept client connections!",
                "listeners",
                "suspended",
                true)),
        new("version", "", 0, 0, "Displays the version of this program", Version) { IsLocal = true },
        new("wait", "[<pidfile>] [--pid|-P <pid>]", 0, 1, "Waits for the broker's startup by monitoring a local PID file", WaitAsync)
        {
            Options = ["--pid", "-P"]
        },
    ];

    private static async Task SetAsync(CtlCall call, string announcement, string setting, string field, bool value)
    {
        call.Announce(announcement.Replace("{0}", call.Node, StringComparison.Ordinal));
        await call.SendAsync(HttpMethod.Put, $"settings/{setting}", new JsonObject { [field] = value });
    }

    /// <summary>Version of this program: <c>1.2.3</c>.</summary>
    public static string OwnVersion { get; } = typeof(NodeVerbs).Assembly.GetName().Version!.ToString(3);

    public static Task Version(CtlCall call)
    {
        string version = OwnVersion;
        call.Say(version, new() { ["node"] = call.Node, ["result"] = "ok", ["value"] = new JsonObject { ["version"] = version } });
        return Task.CompletedTask;
    }

    private static async Task PingAsync(CtlCall call)
    {
        call.Announce(
            $"Will ping {call.Node}. This only checks if the OS process is running and registered with "
                + $"epmd. Timeout: {(long)call.Timeout.TotalMilliseconds} ms.");
        // A response with any status is a success: RabbitMQ's ping needs no login, and a container's health check has no password.
        await call.Client.AskAsync(HttpMethod.Get, ApiPath.ReadyToServe);
        call.Say("Ping succeeded");
    }

    private static async Task CheckAsync(CtlCall call)
    {
        call.Announce(string.Create(CultureInfo.InvariantCulture, $"""
            This command is DEPRECATED and will be removed in a future version.
            It performs intrusive, opinionated health checks and requires a fully booted node.
            Use one of the options covered in https://www.rabbitmq.com/monitoring.html#health-checks instead.
            Timeout: {call.Timeout.TotalSeconds:0.##} seconds ...
            Checking health of node {call.Node} ...
            """));
        ApiAnswer alarms = await call.Client.AskAsync(HttpMethod.Get, "health/checks/alarms");
        if (!alarms.IsSuccess)
            throw CtlException.Error(ExitCode.Software, $"Node {call.Node} failed health check: {alarms.Reason}");
        call.Say("Health check passed");
    }

    private static Task AwaitStartupAsync(CtlCall call) => AwaitAsync(call, () => false);

    private static async Task AwaitNodesAsync(CtlCall call)
    {
        int count = CtlArguments.PositiveNumber(call, 0);
        call.Announce(string.Create(
            CultureInfo.InvariantCulture,
            $"Will wait for at least {count} nodes to join the cluster of {call.Node}. "
                + $"Timeout: {call.Timeout.TotalSeconds:0.##} seconds."));
        if (count > 1)
            // The cluster never has more than one node, so the verb fails without waiting.
            throw CtlException.Error(ExitCode.Software, $"Error: timed out while waiting. Not enough nodes joined {call.Node}'s cluster.");
        await AwaitAsync(call, () => false);
    }

    /// <summary>
    /// Repeats a request until the broker responds. Throws if the time limit is reached, or if the broker's process has ended.
    /// </summary>
    private static async Task AwaitAsync(CtlCall call, Func<bool> isOver)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                ApiAnswer answer = await call.Client.AskAsync(HttpMethod.Get, "whoami");
                if (answer.IsSuccess)
                    return;
                if ((int)answer.Status < 500)
                    throw call.Refused(answer);
            }
            catch (ApiFailure failure) when (failure.Status is null)
            {
                // There was no response, so the request is repeated.
            }
            if (isOver())
                throw CtlException.Error(ExitCode.Unavailable, "process_not_running");
            if (call.Timeout != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(started) > call.Timeout)
                throw CtlException.Timeout(
                    call.Input, call.Node, ((long)call.Timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
            await Task.Delay(_pause);
        }
    }

    private static async Task WaitAsync(CtlCall call)
    {
        string? given = call.Input.Option("pid") ?? call.Input.Option("P");
        if (given is null && call.Input.Arguments.Count == 0)
            throw CtlException.Usage(call.Input, call.Verb, "\"No pid or pidfile specified\"");
        if (given is not null && call.Input.Arguments.Count > 0)
            throw CtlException.Usage(call.Input, call.Verb, "\"Cannot specify both pid and pidfile\"");
        int pid;
        if (given is not null)
        {
            if (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out pid))
                throw CtlException.Usage(call.Input, call.Verb, $"Invalid options for this command:\n--pid : {given}");
        }
        else
        {
            call.Announce($"Waiting for pid file '{call[0]}' to appear");
            pid = await ReadPidAsync(call);
            call.Announce($"pid is {pid}");
        }
        // RabbitMQ prints this text, and scripts may search for it.
        call.Announce($"Waiting for erlang distribution on node '{call.Node}' while OS process '{pid}' is running");
        // If the process has ended, a response could only come from another broker.
        if (!IsRunning(pid))
            throw CtlException.Error(ExitCode.Unavailable, "process_not_running");
        await AwaitAsync(call, () => !IsRunning(pid));
        call.Announce($"Waiting for applications 'rabbit_and_plugins' to start on node '{call.Node}'");
        call.Announce($"Applications 'rabbit_and_plugins' are running on node '{call.Node}'");
    }

    private static async Task<int> ReadPidAsync(CtlCall call)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            // The lock file in the broker's data directory is also a valid pid file, because it contains the process id.
            if (File.Exists(call[0])
                && int.TryParse(
                    (await File.ReadAllTextAsync(call[0])).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                return pid;
            if (call.Timeout != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(started) > call.Timeout)
                throw CtlException.Timeout(
                    call.Input, call.Node, ((long)call.Timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
            await Task.Delay(_pause);
        }
    }

    private static async Task StartAsync(CtlCall call)
    {
        call.Announce($"Starting node {call.Node} ...");
        await call.GetAsync("whoami");
    }

    private static async Task ShutdownAsync(CtlCall call)
    {
        int pid = await NodeStatus.PidAsync(call);
        bool isWatched = call.Verb.Name == "shutdown" && !call.Input.Has("no-wait") && call.Client.Login.Url.IsLoopback && IsRunning(pid);
        call.Announce(
            isWatched ? $"Shutting down RabbitMQ node {call.Node} running at PID {pid}" : $"Stopping and halting node {call.Node} ...");
        await call.SendAsync(HttpMethod.Post, "stop", new JsonObject());
        if (!isWatched)
            return;
        call.Announce($"Waiting for PID {pid} to terminate");
        while (IsRunning(pid))
            await Task.Delay(_pause);
        call.Announce($"RabbitMQ node {call.Node} running at PID {pid} successfully shut down");
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
