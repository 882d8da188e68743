using Amqp.Protocol;
using Amqp.Server;

namespace Amqp.Tests.Architecture;

/// <summary>The code of the HTTP API uses no type that reads, writes or transports AMQP frames.</summary>
public sealed class WireTests
{
    private static readonly string[] _wires = ["System.IO.Pipelines.", "System.IO.Pipes.", "Amqp.Server.Channels."];

    /// <summary>
    /// Folders of Amqp.Protocol that contain types for frames. Of these types, the HTTP API may use only <see cref="BasicProperties"/>.
    /// </summary>
    private static readonly string[] _frames = ["Frames", "Methods", "Content"];

    private static readonly CompiledReferences _references = new([typeof(BrokerCommandLine).Assembly.Location]);

    [Test]
    public void The_HTTP_API_knows_no_frames_no_pipes_and_no_channels() => Assert.That(WiresOf("Amqp.Server.Management."), Is.Empty);

    // Shows that the search finds references. If the search found none, the test above would pass without checking anything.
    [TestCase("System.IO.Pipelines.PipeReader")]
    [TestCase("Amqp.Server.Channels.AmqpChannel")]
    [TestCase("Amqp.Protocol.FrameReader")]
    [TestCase("Amqp.Protocol.ConnectionClose")]
    [TestCase("Amqp.Protocol.ContentHeader")]
    public void Front_ends_of_AMQP_know_them(string type) => Assert.That(
        WiresOf("Amqp.Server.Connections.").Concat(WiresOf("Amqp.Server.Channels.")), Has.Some.EndsWith($" -> {type}"));

    private static IEnumerable<string> WiresOf(string rooms) =>
        from pair in _references.Pairs
        where pair.From.StartsWith(rooms, StringComparison.Ordinal) && IsWire(pair.To)
        select $"{pair.From} -> {pair.To}";

    private static bool IsWire(string type) =>
        _wires.Any(room => type.StartsWith(room, StringComparison.Ordinal))
        || (type != typeof(BasicProperties).FullName
            && ProtocolFolders.ByType.TryGetValue(type, out string? folder)
            && _frames.Contains(folder));
}
