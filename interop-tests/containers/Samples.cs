namespace Containers;

/// <summary>Runs the programs in <c>interop-tests/python</c> and <c>interop-tests/node</c>, each in a container.</summary>
internal static class Samples
{
    private const string PythonImage = "python:3-slim", NodeImage = "node:22-slim";

    private static readonly string _node = Path.Combine(Shell.Root, "interop-tests", "node");
    private static readonly Lazy<Task> _images = new(DemandImagesAsync);

    /// <summary>Makes sure that the images of the samples exist, and that amqplib is installed.</summary>
    public static Task DemandAsync() => _images.Value;

    /// <summary>Runs a Python program that uses pika. The program must succeed.</summary>
    public static Task PythonAsync(BrokerContainer broker, string program, params string[] arguments) =>
        RunAsync(broker, PythonImage, Path.Combine(Shell.Root, "interop-tests", "python"), ["python3", program, .. arguments]);

    /// <summary>Runs a Node program that uses amqplib. The program must succeed.</summary>
    public static Task NodeAsync(BrokerContainer broker, string program, params string[] arguments) =>
        RunAsync(broker, NodeImage, _node, ["node", program, .. arguments]);

    private static async Task RunAsync(BrokerContainer broker, string image, string folder, IEnumerable<string> command)
    {
        await DemandAsync();
        string address = await broker.AddressAsync();
        await Shell.DockerAsync(
            [
                "run", "--rm", "-e", $"AMQP_URL=amqp://guest:guest@{address}", "-v", $"{folder}:/samples:ro", "-w", "/samples", image,
                .. command,
            ]);
    }

    private static async Task DemandImagesAsync()
    {
        if ((await Shell.TryAsync("/usr/bin/python3", ["-c", "import pika"])).Code != 0)
            ImageUnderTest.Skip("pika is not installed: apt-get install python3-pika");
        if (!Directory.Exists(Path.Combine(_node, "node_modules")) && (await Shell.TryAsync("npm", ["ci"], _node)).Code != 0)
            ImageUnderTest.Skip("amqplib cannot be installed with npm ci in interop-tests/node");
        await ImageUnderTest.DemandBaseAsync("python", PythonImage);
        await ImageUnderTest.DemandBaseAsync("node", NodeImage);
    }
}
