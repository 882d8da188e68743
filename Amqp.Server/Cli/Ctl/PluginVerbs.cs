using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>rabbitmq-plugins</c>. Built-in plugins are always enabled. Other plugins cannot be installed.</summary>
internal static class PluginVerbs
{
    private static readonly string[] _switches = ["--online", "--offline", "--all"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new(
            "list",
            "[pattern] [--verbose] [--minimal] [--enabled] [--implicitly-enabled]",
            0,
            1,
            "Lists plugins and their state",
            ListAsync)
        {
            Flags = ["-v", "--verbose", "-m", "--minimal", "-E", "--enabled", "-e", "--implicitly-enabled"],
            Timeout = 60
        },
        new(
            "is_enabled", "<plugin1> [ <plugin2>] [--offline] [--online]", 1, int.MaxValue,
            "Health check that exits with a non-zero code if provided plugins are not enabled on target node", IsEnabled)
        {
            Flags = ["--online", "--offline"],
            IsLocal = true
        },
        Change("enable", "Checks that plugins are built in. They are always enabled", call => Enable(call, isSet: false)),
        Change("set", "Checks that plugins are built in. All plugins that are built in stay enabled", call => Enable(call, isSet: true)),
        Change("disable", "Does nothing: plugins that are built in are always enabled", Disable),
        new("version", "", 0, 0, "Displays the version of this program", NodeVerbs.Version) { IsLocal = true },
        new("directories", "", 0, 0, "Refused: this broker has no folders of plugins", _ =>
            throw CtlException.Error(ExitCode.Unavailable, $"directories cannot be done: this broker has no folders of plugins. {Hint}"))
        {
            Flags = ["--online", "--offline"],
            IsLocal = true
        },
    ];

    private static string Hint => $"These plugins are built in: {string.Join(", ", BuiltInPlugins.All.Select(plugin => plugin.Name))}.";

    private static CtlVerb Change(string name, string description, Func<CtlCall, Task> run) =>
        new(name, "<plugin1> [ <plugin2>] | --all [--offline] [--online]", 0, int.MaxValue, description, run)
        {
            Flags = _switches,
            IsLocal = true
        };

    private static async Task ListAsync(CtlCall call)
    {
        string pattern = call.Input.Arguments.FirstOrDefault() ?? ".*";
        bool isOnlyExplicit = call.Input.Has("E") || call.Input.Has("enabled");
        BuiltInPlugin[] plugins =
            [.. BuiltInPlugins.All.Where(plugin => IsMatch(call, plugin, pattern) && (plugin.IsExplicit || !isOnlyExplicit))];
        call.Announce($"Listing plugins with pattern \"{pattern}\" ...");
        if (call.Input.Has("m") || call.Input.Has("minimal"))
            Print(call, [.. plugins.Select(plugin => plugin.Name)], Fields(plugins, "minimal", isRunning: null));
        else
            PrintStates(call, plugins, await IsRunningAsync(call));
    }

    private static bool IsMatch(CtlCall call, BuiltInPlugin plugin, string pattern)
    {
        try
        {
            return Regex.IsMatch(plugin.Name, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException)
        {
            throw CtlException.Usage(call.Input, call.Verb, $"'{pattern}' is no regular expression");
        }
    }

    private static void PrintStates(CtlCall call, BuiltInPlugin[] plugins, bool isRunning)
    {
        string status = isRunning ? $"* = running on {call.Node}" : $"[failed to contact {call.Node} - status not shown]";
        bool isVerbose = call.Input.Has("v") || call.Input.Has("verbose");
        int width = plugins.Length == 0 ? 0 : plugins.Max(plugin => plugin.Name.Length);
        string[] head = call.Input.IsQuiet && !isVerbose
            ? []
            : [" Configured: E = explicitly enabled; e = implicitly enabled", $" | Status: {status}", " |/"];
        IEnumerable<string> lines = plugins.SelectMany(plugin =>
        {
            string state = $"[{(plugin.IsExplicit ? 'E' : 'e')}{(isRunning ? '*' : ' ')}]";
            return isVerbose
                ? (string[])
                [
                    $"{state} {plugin.Name}",
                    $"     Version:     \t{NodeVerbs.OwnVersion}",
                    $"     Description: \t{plugin.Description}"
                ]
                : [$"{state} {plugin.Name.PadRight(width)} {NodeVerbs.OwnVersion}"];
        });
        Print(call, [.. head, .. lines], Fields(plugins, isVerbose ? "verbose" : "normal", isRunning));
    }

    private static void Print(CtlCall call, string[] lines, JsonObject fields)
    {
        if (call.IsForProgram)
            call.Output.WriteLine(fields.ToText());
        else
            foreach (string line in lines)
                call.Output.WriteLine(line);
    }

    private static JsonObject Fields(BuiltInPlugin[] plugins, string format, bool? isRunning)
    {
        var listed = new JsonArray();
        foreach (BuiltInPlugin plugin in plugins)
            listed.Add(isRunning is null ? plugin.Name : (JsonNode)new JsonObject
            {
                ["enabled"] = plugin.IsExplicit ? "enabled" : "implicit",
                ["name"] = plugin.Name,
                ["running"] = isRunning.Value,
                ["version"] = NodeVerbs.OwnVersion,
            });
        var fields = new JsonObject { ["format"] = format, ["plugins"] = listed };
        if (isRunning is not null)
            fields["status"] = isRunning.Value ? "running" : "node_down";
        return fields;
    }

    /// <summary>Returns true if a broker responds, even with an error status.</summary>
    private static async Task<bool> IsRunningAsync(CtlCall call)
    {
        try
        {
            await call.Client.AskAsync(HttpMethod.Get, ApiPath.ReadyToServe);
            return true;
        }
        catch (ApiFailure failure) when (failure.Status is null)
        {
            return false;
        }
    }

    private static Task IsEnabled(CtlCall call)
    {
        string[] missing = Missing(call);
        bool isOne = call.Input.Arguments.Count == 1;
        string asked = string.Join(", ", call.Input.Arguments), noun = isOne ? "plugin" : "plugins", verb = isOne ? "is" : "are";
        call.Announce($"Asking node {call.Node} if {noun} {asked} {verb} enabled...");
        if (missing.Length > 0)
        {
            throw CtlException.Error(
                ExitCode.Unavailable,
                $"{(missing.Length == 1 ? "Plugin" : "Plugins")} {string.Join(", ", missing)} {(missing.Length == 1 ? "is" : "are")} not "
                    + $"enabled on node {call.Node}. {Hint}");
        }
        call.Say($"{(isOne ? "Plugin" : "Plugins")} {asked} {verb} enabled on node {call.Node}");
        return Task.CompletedTask;
    }

    private static Task Enable(CtlCall call, bool isSet)
    {
        if (call.Input.Arguments.Count == 0 && !call.Input.Has("all") && !isSet)
            throw CtlException.Usage(call.Input, call.Verb, "not enough arguments.");
        call.Announce($"Enabling plugins on node {call.Node}:\n{string.Join('\n', call.Input.Arguments)}");
        if (Missing(call) is { Length: > 0 } missing)
        {
            throw CtlException.Error(
                ExitCode.Software,
                $"{{:plugins_not_found, [{string.Join(", ", missing.Select(name => $":{name}"))}]}}\n"
                    + $"Plugins cannot be added to this broker. {Hint}");
        }
        return Unchanged(call);
    }

    private static Task Disable(CtlCall call)
    {
        if (call.Input.Arguments.Count == 0 && !call.Input.Has("all"))
            throw CtlException.Usage(call.Input, call.Verb, "not enough arguments.");
        call.Announce($"Disabling plugins on node {call.Node}:\n{string.Join('\n', call.Input.Arguments)}");
        string[] kept = [.. call.Input.Arguments.Except(Missing(call))];
        if (kept.Length > 0)
            call.Error.WriteLine($"{string.Join(", ", kept)}: built into this broker, so it stays enabled");
        return Unchanged(call);
    }

    private static Task Unchanged(CtlCall call)
    {
        string configured = string.Join('\n', BuiltInPlugins.All.Select(plugin => $"  {plugin.Name}"));
        call.Announce($"The following plugins have been configured:\n{configured}\nApplying plugin configuration to {call.Node}...");
        call.Say("Plugin configuration unchanged.");
        return Task.CompletedTask;
    }

    private static string[] Missing(CtlCall call) =>
        [.. call.Input.Arguments.Distinct().Where(name => BuiltInPlugins.All.All(plugin => plugin.Name != name))];
}
