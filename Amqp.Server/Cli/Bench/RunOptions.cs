using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Security.Cryptography;
using Amqp.Server.Bench;

namespace Amqp.Server.Cli.Bench;

/// <summary>The options that every subcommand of <c>bench</c> has.</summary>
internal sealed class RunOptions
{
    private readonly Option<BrokerAddress> _uri = BenchOption.Uri();
    private readonly Option<int> _pid = BenchOption.Number(
        "--pid", 0, 1, int.MaxValue, "Process id of the broker on this machine, to measure its processor time and memory.");
    private readonly Option<bool> _json = BenchOption.Flag("--json", "Print one JSON object, for programs.");

    private readonly Option<string> _prefix = new("--prefix")
    {
        HelpName = "name",
        Description = "Prefix of the names of queues and exchange.",
        DefaultValueFactory = _ => "bench",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _uri, _pid, _prefix, _json })
            command.Options.Add(option);
    }

    public BrokerAddress Broker(ParseResult result) => result.GetRequiredValue(_uri);

    /// <summary>Returns the broker's process id; null if not given.</summary>
    public int? BrokerPid(ParseResult result) => result.GetValue(_pid) is > 0 and var pid ? pid : null;

    public bool IsJson(ParseResult result) => result.GetValue(_json);

    /// <summary>Returns the prefix of the queue names. It has a random suffix, so that two runs do not share a queue.</summary>
    public string Prefix(ParseResult result) =>
        $"{result.GetRequiredValue(_prefix)}-{RandomNumberGenerator.GetInt32(0x10000).ToString("x4", CultureInfo.InvariantCulture)}";

    /// <summary>Returns a validator that reports an error if both options are given.</summary>
    public static Action<CommandResult> NotBoth(Option one, Option other) => result =>
    {
        if (result.GetResult(one) is { Implicit: false } && result.GetResult(other) is { Implicit: false })
            result.AddError($"{one.Name} and {other.Name} exclude each other");
    };
}
