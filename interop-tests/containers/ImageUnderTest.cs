using System.Diagnostics;
using System.Globalization;

namespace Containers;

/// <summary>Builds the image before the tests. If no Docker daemon answers, starts one.</summary>
[SetUpFixture]
public sealed class ImageUnderTest
{
    /// <summary>Name of the image.</summary>
    public const string Name = "amqpbroker";

    private const string ProgramImage = "amqpbroker-program";

    private DockerDaemon? _daemon;

    /// <summary>Name of the base image.</summary>
    public static string Base { get; } = "mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled";

    [OneTimeSetUp]
    public async Task Build()
    {
        if (!await DockerDaemon.AnswersAsync())
        {
            _daemon = await DockerDaemon.StartAsync();
            if (_daemon is null)
                Skip("Docker neither answers nor can be started: install it (apt-get install docker.io) and run the tests as root");
        }
        long started = Stopwatch.GetTimestamp();
        await DemandBaseAsync("program", Base);
        await DemandBaseAsync("sdk", "mcr.microsoft.com/dotnet/sdk:10.0-noble-aot");
        string[] program = await ProgramAsync();
        // BuildKit skips stages of the Dockerfile that are not needed.
        Environment.SetEnvironmentVariable("DOCKER_BUILDKIT", "1");
        await Shell.DockerAsync(["build", "--network", "host", "-t", Name, .. program, Shell.Root]);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds, megabytes = await OwnSizeAsync() / 1e6;
        TestContext.Progress.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"The image was ready after {seconds:0} s; its own layers have {megabytes:0.0} MB."));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
    }

    /// <summary>Returns the size of the image in bytes, minus the size of its base image.</summary>
    public static async Task<long> OwnSizeAsync() => await SizeAsync(Name) - await SizeAsync(Base);

    /// <summary>Skips a test that cannot run on this machine. If CI=true is set, the test fails instead.</summary>
    public static void Skip(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Ignore(reason);
    }

    private static async Task<long> SizeAsync(string image) =>
        long.Parse(await Shell.DockerAsync("image", "inspect", "-f", "{{.Size}}", image), CultureInfo.InvariantCulture);

    /// <summary>Pulls a base image. If this fails, makes the base image from the files of this machine.</summary>
    public static async Task DemandBaseAsync(string kind, string image)
    {
        if ((await Shell.TryAsync(Shell.Client, ["image", "inspect", image])).Code == 0
            || (await Shell.TryAsync("timeout", ["120", Shell.Client, "pull", "-q", image])).Code == 0)
            return;
        (int code, _, string error) = await Shell.TryAsync(
            Path.Combine(Shell.Root, "interop-tests/containers/base-images"),
            [kind],
            environment: new Dictionary<string, string> { ["DOCKER"] = Shell.Client });
        Assert.That(code, Is.Zero, $"{image} can neither be pulled nor made: {error}");
    }

    /// <summary>
    /// Makes an image of the native program that <c>AMQP_TESTS_BROKER</c> names, and returns the build argument for this image. If the
    /// variable is not set, returns nothing: the build then compiles the program, which takes minutes.
    /// </summary>
    private static async Task<string[]> ProgramAsync()
    {
        if (Environment.GetEnvironmentVariable("AMQP_TESTS_BROKER") is not { Length: > 0 } program)
            return [];
        string folder = Directory.CreateTempSubdirectory("amqpbroker-program-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "program"));
            File.Copy(program, Path.Combine(folder, "program", "amqpbroker"));
            await Shell.RunAsync("sh", "-c", $"tar -C '{folder}' -c program | '{Shell.Client}' import - {ProgramImage}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return ["--build-arg", $"PROGRAM={ProgramImage}"];
    }
}
