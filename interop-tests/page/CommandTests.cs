using System.Diagnostics;
using Amqp.Tests.Support;
using Page.Scenarios;

namespace Page;

/// <summary>The amqpbroker commands that dialogs show, run in a shell.</summary>
public sealed class CommandTests
{
    private static IEnumerable<string> All => AllScenarios.Names;

    [TestCaseSource(nameof(All))]
    public async Task Shown_command_does_the_same(string name)
    {
        var scenario = AllScenarios.Of(name);
        var run = await ScenarioRun.KnownAsync(scenario);
        if (run.Command.Length == 0)
            Assert.Pass("The dialog shows no command.");
        await using var own = await ScenarioRun.OwnSiteAsync(scenario);
        await using var stage = new Stage(own ?? PageUnderTest.Site);
        await scenario.Before(stage);
        try
        {
            string command = stage.Translate(run.Command, run.Stage);
            if (scenario.Input.Length > 0)
                command += " --new-password -"; // on a terminal, the command would ask
            string output = await RunAsync(scenario, stage, command);
            bool hadEffect = await ScenarioRun.EventuallyAsync(() => scenario.After(stage));

            Assert.That(hadEffect, $"the API shows the effect of {run.Command}: {output}");
        }
        finally
        {
            await scenario.Undo(stage);
        }
    }

    private static async Task<string> RunAsync(Scenario scenario, Stage stage, string command)
    {
        var folder = Directory.CreateTempSubdirectory("amqpbroker-page-");
        try
        {
            if (scenario.File is not null)
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, stage.Name + ".json"), scenario.File(stage));
            var start = new ProcessStartInfo("/bin/sh", ["-c", $"amqpbroker() {{ {BrokerProgram.Shell} \"$@\"; }}\n{command}"])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["AMQPBROKER_PASSWORD"] = Objects.Password;
            using var process = Process.Start(start)!;
            await process.StandardInput.WriteAsync(scenario.Input);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            string errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.That(process.ExitCode, Is.Zero, $"{command}: {errors}");
            return await output + errors;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
