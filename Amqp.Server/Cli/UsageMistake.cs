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
        if (Misplaced(line) is { } option)
        {
            error.WriteLine($"{Program}: {option.Token} belongs behind the whole command, as in: {string.Join(' ', Path(line.CommandResult))} ... {option.Token} <{option.Option.HelpName}>");
            return ExitCode.Failure;
        }
        foreach (ParseError mistake in line.Errors)
            error.WriteLine($"{Program}: {WithSuggestion(mistake.Message, line)}");
        error.WriteLine($"{Program}: try '{string.Join(' ', Path(line.CommandResult))} --help'");
        return ExitCode.Failure;
    }

    /// <summary>An option of the command that stands ahead of it, where it is unknown.</summary>
    private static (string Token, Option Option)? Misplaced(ParseResult line)
    {
        foreach (string token in line.UnmatchedTokens)
            if (line.CommandResult.Command.Options.FirstOrDefault(known => known.Name == token || known.Aliases.Contains(token)) is { } option)
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
        [.. command.Subcommands.Select(verb => verb.Name), .. command.Options.SelectMany(option => (IEnumerable<string>)[option.Name, .. option.Aliases])];

    private static IEnumerable<string> Path(CommandResult command) =>
        command.Parent is CommandResult parent ? [.. Path(parent), command.Command.Name] : [Program];
}
