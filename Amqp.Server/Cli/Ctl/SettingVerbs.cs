using System.Globalization;
using System.Text.Json.Nodes;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cli.Ctl;

/// <summary>
/// The verbs of <c>amqpbroker ctl</c> that change settings of a running broker. Only the cluster name keeps its value after a restart.
/// </summary>
internal static class SettingVerbs
{
    private static readonly string[] _levels = ["debug", "info", "warning", "error", "critical", "none"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new("set_cluster_name", "<name>", 1, 1, "Sets the cluster name", NameAsync),
        new("set_disk_free_limit", "<disk_limit> | mem_relative <fraction>", 1, 2, "Sets the disk_free_limit setting", SetDiskAsync),
        new("set_log_level", "<log_level>", 1, 1, "Sets log level in the running node", SetLogLevelAsync),
        new(
            "set_vm_memory_high_watermark", "<fraction> | absolute <value>", 1, 2, "Sets the vm_memory_high_watermark setting",
            SetMemoryAsync),
    ];

    private static async Task NameAsync(CtlCall call)
    {
        call.Announce($"Setting cluster name to {call[0]} ...");
        await call.SendAsync(HttpMethod.Put, "cluster-name", new JsonObject { ["name"] = call[0] });
    }

    private static async Task SetMemoryAsync(CtlCall call)
    {
        if (IsOf(call, "absolute"))
        {
            DemandSize(call, call[1]);
            call.Announce($"Setting memory threshold on {call.Node} to {call[1]} bytes ...");
            await call.SendAsync(HttpMethod.Put, "settings/memory-high-watermark", new JsonObject { ["absolute"] = call[1] });
            return;
        }
        double fraction = Number(call, call[0]);
        if (fraction is < 0 or > 1)
            throw CtlException.BadArgument(call, "The threshold should be a fraction between 0.0 and 1.0");
        call.Announce($"Setting memory threshold on {call.Node} to {call[0]} ...");
        await call.SendAsync(HttpMethod.Put, "settings/memory-high-watermark", new JsonObject { ["relative"] = fraction });
    }

    private static async Task SetDiskAsync(CtlCall call)
    {
        if (IsOf(call, "mem_relative"))
        {
            double fraction = Number(call, call[1]);
            if (fraction < 0)
                throw CtlException.BadArgument(call);
            call.Announce($"Setting disk free limit on {call.Node} to {call[1]} times the total RAM ...");
            await call.SendAsync(HttpMethod.Put, "settings/disk-free-limit", new JsonObject { ["relative"] = fraction });
            return;
        }
        DemandSize(call, call[0]);
        call.Announce($"Setting disk free limit on {call.Node} to {call[0]} bytes ...");
        await call.SendAsync(HttpMethod.Put, "settings/disk-free-limit", new JsonObject { ["absolute"] = call[0] });
    }

    private static async Task SetLogLevelAsync(CtlCall call)
    {
        if (!_levels.Contains(call[0]))
            throw CtlException.Error(ExitCode.Unavailable, $"level {call[0]} is not supported. Try one of {string.Join(", ", _levels)}");
        call.Announce($"Setting log level to \"{call[0]}\" ...");
        await call.SendAsync(HttpMethod.Put, "log-levels", new JsonObject { ["level"] = call[0] });
    }

    /// <summary>
    /// True if the arguments are the word <paramref name="kind"/> and a value. False for a value alone. Throws for other arguments.
    /// </summary>
    private static bool IsOf(CtlCall call, string kind) =>
        call[0] == kind ? call.Input.Arguments.Count == 2 ? true : throw CtlException.Usage(call.Input, call.Verb, "not enough arguments.")
        : call.Input.Arguments.Count == 1 ? false : throw CtlException.Usage(call.Input, call.Verb, "too many arguments.");

    private static void DemandSize(CtlCall call, string text)
    {
        if (!ByteSize.TryParse(text, out _))
            throw CtlException.BadArgument(call);
    }

    private static double Number(CtlCall call, string text) =>
        double.TryParse(
            text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw CtlException.BadArgument(call);
}
