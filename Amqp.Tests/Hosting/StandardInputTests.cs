using System.Diagnostics;
using System.Globalization;
using Amqp.Tests.Support;

namespace Amqp.Tests.Hosting;

/// <summary>The option <c>--stop-when-stdin-closes</c> stops the broker when the program that started it ends.</summary>
[Platform("Linux")]
public class StandardInputTests
{
    [Test]
    public async Task A_broker_stops_in_order_when_its_standard_input_closes()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(arguments: ["--stop-when-stdin-closes"]);

        Assert.That(await broker.WaitForExitAsync(), Is.Zero);
        Assert.That(broker.Output, Does.Contain("Standard input is closed").And.Contain("Server startup complete"));
    }

    [Test]
    public async Task Without_the_option_a_broker_does_not_need_its_standard_input()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();

        Assert.That(broker.HasExited, Is.False);
        Assert.That(await broker.StopAsync(), Is.Zero);
        Assert.That(broker.Output, Does.Not.Contain("Standard input is closed"));
    }

    [Test]
    public async Task A_broker_ends_with_a_program_that_is_killed()
    {
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            // The program holds the writing end of the broker's standard input, and prints the broker's process id.
            string[] words = [.. BrokerProgram.Words, "serve", "--stop-when-stdin-closes", "--port", "0", "--management-port", "0"];
            string program = $"""
                import subprocess, sys
                broker = subprocess.Popen(['{string.Join("', '", words)}', '--data-dir', '{folder}/data'],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                for line in broker.stdout:
                    if line.startswith(b'Server startup complete'):
                        break
                print(broker.pid, flush=True)
                broker.wait()
                """;
            using var starter = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", program]) { RedirectStandardOutput = true })!;
            int pid = int.Parse((await starter.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
            using var started = Process.GetProcessById(pid);

            starter.Kill();

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            Assert.That(async () => await started.WaitForExitAsync(limit.Token), Throws.Nothing);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
