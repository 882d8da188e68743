using System.CommandLine;
using System.CommandLine.Parsing;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cli;

/// <summary>Reports an invalid command line.</summary>
internal static class UsageMistake
{
    private const string Program = "amqpbroker";

    /// <summary>Prints the mistakes and returns the exit code.</summary>
    public static int Report(ParseResult line, TextWriter error)
    {
        if (Misplaced(line) is { } option)
        {
            error.WriteLine(
                $"{Program}: {option.Token} belongs after the whole command, as "
                    + $"in: {string.Join(' ', Path(line.CommandResult))} ... {option.Token} <{option.Option.HelpName}>");
            return ExitCode.Failure;
        }
        foreach (ParseError mistake in line.Errors)
            error.WriteLine($"{Program}: {WithSuggestion(mistake.Message, line)}");
        error.WriteLine($"{Program}: try '{string.Join(' ', Path(line.CommandResult))} --help'");
        return ExitCode.Failure;
    }

    /// <summary>Returns an option that belongs to a subcommand, but precedes the subcommand's name; null if there is none.</summary>
    private static (string Token, Option Option)? Misplaced(ParseResult line)
    {
        foreach (string token in line.UnmatchedTokens)
            if (line.CommandResult.Command.Options.FirstOrDefault(
                known => known.Name == token || known.Aliases.Contains(token)) is { } option)
                return (token, option);
        return null;
    }

    private static string WithSuggestion(string message, ParseResult line)
    {
        string? unknown = line.UnmatchedTokens.FirstOrDefault(token => message.Contains($"'{token}'", StringComparison.Ordinal));
        return unknown is { Length: > 2 } && Spelling.Nearest(unknown, Names(line.CommandResult.Command)) is { } nearest
            ? $"{message.TrimEnd('.')}; did you mean '{nearest}'?"
            : message;
    }

    private static IEnumerable<string> Names(Command command) =>
        [
            .. command.Subcommands.Select(verb => verb.Name),
            .. command.Options.SelectMany(option => (IEnumerable<string>)[option.Name, .. option.Aliases])
        ];

    private static IEnumerable<string> Path(CommandResult command) =>
        command.Parent is CommandResult parent ? [.. Path(parent), command.Command.Name] : [Program];
}
