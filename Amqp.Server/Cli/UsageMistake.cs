using System.CommandLine;
using System.CommandLine.Parsing;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cli;

/// <summary>What is said of a command line that is not understood: a line for each mistake, and where the help is.</summary>
internal static class UsageMistake
{
    private const string Program = "amqpbroker";

    /// <returns>The exit code.</returns>
    public static int Report(ParseResult line, TextWriter error)
    {
        foreach (ParseError mistake in line.Errors)
            error.WriteLine($"{Program}: {WithSuggestion(mistake.Message, line)}");
        error.WriteLine($"{Program}: try '{string.Join(' ', Path(line.CommandResult))} --help'");
        return ExitCode.Failure;
    }

    private static string WithSuggestion(string message, ParseResult line)
    {
        string? unknown = line.UnmatchedTokens.FirstOrDefault(token => message.Contains($"'{token}'", StringComparison.Ordinal));
        return unknown is { Length: > 2 } && Spelling.Nearest(unknown, Names(line.CommandResult.Command)) is { } nearest
            ? $"{message.TrimEnd('.')}; did you mean '{nearest}'?"
            : message;
    }

    private static IEnumerable<string> Names(Command command) =>
        [.. command.Subcommands.Select(verb => verb.Name), .. command.Options.SelectMany(option => (IEnumerable<string>)[option.Name, .. option.Aliases])];

    private static IEnumerable<string> Path(CommandResult command) =>
        command.Parent is CommandResult parent ? [.. Path(parent), command.Command.Name] : [Program];
}
