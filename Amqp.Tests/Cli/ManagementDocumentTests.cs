using System.Diagnostics;
using System.Text.RegularExpressions;
using Amqp.Tests.Architecture;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>Runs every command line of docs/management.md as written.</summary>
public sealed partial class ManagementDocumentTests
{
    [Test]
    public async Task The_chapter_on_the_command_line_works_as_written()
    {
        string chapter = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs/management.md"));
        string[] lines = [.. ShellBlocks().Matches(chapter).SelectMany(block => block.Groups["lines"].Value.Split('\n'))];
        Assert.That(lines, Has.Length.GreaterThan(15));

        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        string script = string.Join('\n', lines.Select(line =>
            line.StartsWith("export AMQPBROKER_URL=", StringComparison.Ordinal)
                ? $"export AMQPBROKER_URL=http://localhost:{broker.ManagementPort}"
            : line.StartsWith("curl ", StringComparison.Ordinal)
                ? line.Replace("localhost:15672", $"localhost:{broker.ManagementPort}", StringComparison.Ordinal)
            : line.StartsWith("alias amqpbroker=", StringComparison.Ordinal) ? $"amqpbroker() {{ {BrokerProgram.Shell} \"$@\"; }}"
            : line == "amqpbroker watch" ? "amqpbroker watch --count 1" // without a count the command would not exit
            : line));
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            using Process bash = Process.Start(new ProcessStartInfo("bash", ["-e", "-c", script])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder
            })!;
            Task<string> error = bash.StandardError.ReadToEndAsync();
            string output = await bash.StandardOutput.ReadToEndAsync();
            await bash.WaitForExitAsync();

            Assert.That(bash.ExitCode, Is.Zero, output + await error);
            Assert.That(output, Does.Contain("Declared queue 'orders'").And.Contain("an order").And.Contain("Adding user \"bob\" ..."));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex("```sh\n(?<lines>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex ShellBlocks();
}
