using Amqp.Storage.Blocks;
using Amqp.Storage.Compaction;
using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using Amqp.Storage.Paging;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;
using Amqp.Storage.Transient;

namespace Amqp.Tests.Storage;

/// <summary>
/// Blocks are evicted or paged out in the expected order. A block releases its memory even if reading or writing the block has failed.
/// </summary>
public sealed class BlockSpaceTests
{
    private const int BlockSize = 4 << 10;

    // Memory in bytes for one message of the tests. The message is a little longer than BlockSize, so it gets a block of twice BlockSize.
    private const int Taken = 2 * BlockSize;

    private static readonly StoreOptions _options =
        new() { BlockSize = BlockSize, SegmentSize = 16 << 10, ResidentBytes = 2 * Taken, MaxTransientBytesInMemory = 2 * Taken };

    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;
    private BlockSpace _space = null!;
    private PageFolder _pages = null!;
    private TransientWriter _writer = null!;
    private int _exceeded;

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        _files = new FaultyFiles();
        _exceeded = 0;
        _space = new BlockSpace(_options, new BlockLoader(_files, new SegmentLayout()));
        _space.Transients.Exceeded = () => _exceeded++;
        _pages = new PageFolder(_files, _folder.Pages);
        _writer = new TransientWriter(_space, _options);
    }

    [TearDown]
    public void Delete()
    {
        _space.Dispose();
        _pages.Close();
        _folder.Dispose();
    }

    [TestCase("create")]
    [TestCase("write")]
    public void A_block_that_could_not_be_paged_out_can_be_the_next_time(string call)
    {
        StoredMessage message = Append(1);
        Block block = _space.Transients.PinOldest()!;
        _files.Fail((made, name) => made == call && name.EndsWith(".page", StringComparison.Ordinal));
        Assert.That(() => _space.PageOut(block, _pages), Throws.InstanceOf<IOException>());

        _files.Before = (_, _) => { };
        Assert.That(_space.Transients.PinOldest(), Is.SameAs(block), "the failed page-out still pins the block");
        _space.PageOut(block, _pages);

        Assert.That(_space.MemoryInUse, Is.Zero);
        Assert.That(Read(message), Is.EqualTo(1));
    }

    [Test]
    public void A_block_that_could_not_be_paged_out_goes_with_its_last_message()
    {
        StoredMessage message = Append(1);
        _files.Fail((made, _) => made == "write");
        Assert.That(() => _space.PageOut(_space.Transients.PinOldest()!, _pages), Throws.InstanceOf<IOException>());

        Settle(message);

        Assert.That((_space.MemoryInUse, _space.Transients.Bytes), Is.EqualTo((0, 0)));
    }

    [Test]
    public void A_block_that_was_read_while_it_was_paged_out_can_be_evicted_when_it_is_not_read_any_more()
    {
        StoredMessage message = Append(1);
        Block block = _space.Transients.PinOldest()!;
        using (_space.Read(message))
        {
            _space.PageOut(block, _pages);
            Assert.That((_space.Residents.Bytes, _space.IsAllInMemory), Is.EqualTo((Taken, true)));
        }

        ReadBack(2);

        Assert.That(block.State.IsResidentNow, Is.False, "the oldest block is evicted first");
        Assert.That(_space.IsAllInMemory, Is.False);
        Assert.That(Read(message), Is.EqualTo(1));
    }

    [Test]
    public void The_oldest_is_paged_out_first_but_for_what_is_read_or_settled()
    {
        StoredMessage[] messages = [.. Enumerable.Range(1, 4).Select(Append)];
        Settle(messages[0]);
        using (_space.Read(messages[1]))
            Assert.That(_space.Transients.PinOldest()!.Number, Is.EqualTo(messages[2].Block));
        Assert.That(_space.Transients.PinOldest()!.Number, Is.EqualTo(messages[1].Block));
        Assert.That(_space.Transients.PinOldest()!.Number, Is.EqualTo(messages[3].Block));
        Assert.That(_space.Transients.PinOldest(), Is.Null, "all blocks are pinned");
    }

    [Test]
    public void Paging_is_asked_for_above_the_bound_and_not_at_it()
    {
        Append(1);
        Append(2);
        Assert.That((_space.Transients.Bytes, _exceeded), Is.EqualTo((_options.MaxTransientBytesInMemory, 0)));

        Append(3);

        Assert.That(_exceeded, Is.EqualTo(1));
    }

    [Test]
    public void What_was_read_back_stays_up_to_the_bound_and_then_the_oldest_goes_that_nobody_reads()
    {
        StoredMessage[] messages = ReadBack(2);
        Assert.That(messages.Select(message => _space[message.Block].State.IsResidentNow), Is.EqualTo(new[] { true, true }));

        using (_space.Read(messages[0]))
            messages = [.. messages, .. ReadBack(1)];

        Assert.That(messages.Select(message => _space[message.Block].State.IsResidentNow), Is.EqualTo(new[] { true, false, true }));
        Assert.That(_space.Residents.Bytes, Is.EqualTo(_options.ResidentBytes));
    }

    [Test]
    public void All_is_in_memory_again_when_what_was_not_is_read_or_settled()
    {
        StoredMessage[] messages = [Append(1), Append(2)];
        PageOutAll();
        Assert.That(_space.IsAllInMemory, Is.False);
        Read(messages[0]);
        Assert.That(_space.IsAllInMemory, Is.False, "the other block is not in memory");

        Settle(messages[1]);

        Assert.That(_space.IsAllInMemory, Is.True);
    }

    [Test]
    public void A_look_at_what_is_not_in_memory_leaves_nothing_pinned()
    {
        StoredMessage message = Append(1);
        PageOutAll();
        Assert.That(_space.TryReadInMemory(message, out _), Is.False);

        Settle(message);

        Assert.That(_space.IsAllInMemory, Is.True);
        PageFile? finished = null;
        _pages.Finished = file => finished = file;
        StoredMessage next = Append(2);
        PageOutAll();
        Settle(next);
        Assert.That(finished, Is.Not.Null, "neither block needs the file");
    }

    [Test]
    public void A_block_of_the_log_that_cannot_be_read_now_takes_no_memory_and_keeps_no_segment()
    {
        Segment? dead = null;
        var segment = new Segment(1, Path.Combine(_folder.Path, "1.log"), gone => dead = gone);
        File.WriteAllBytes(segment.Path, new byte[6_000]);
        Block block = _space.Recover(segment, FileHeader.Size, 5_000, references: 1);
        segment.Seal();
        _files.FailReads(_ => true);

        Assert.That(
            () => _space.Read(new StoredMessage(1, block.Number, 0, 10, MessageFlags.Persistent)),
            Throws.InstanceOf<IOException>());
        Assert.That(_space.MemoryInUse, Is.Zero);
        _space.Change(block, -1);

        Assert.That(dead, Is.SameAs(segment));
    }

    [Test]
    public void Compaction_leaves_no_block_pinned()
    {
        Segment? dead = null;
        var segment = new Segment(1, Path.Combine(_folder.Path, "1.log"), gone => dead = gone);
        Block block = _space.Recover(segment, FileHeader.Size, 5_000, references: 1);
        block.HasUnloggedQueues = true;
        segment.Seal();
        var relocation = new Relocation();
        relocation.Add(FileHeader.Size + 1_000, FileHeader.Size, 500);

        Assert.That(
            _space.BlocksOf(segment).Where(found => found.HasUnloggedQueues).SelectMany(found => found.AllPieces),
            Is.EqualTo(new[] { new BlockPiece(0, FileHeader.Size, 5_000) }));
        relocation.Apply(_space, segment);
        Assert.That(block.Pieces, Is.EqualTo(new[] { new BlockPiece(1_000, FileHeader.Size, 500) }));
        _space.Change(block, -1);

        Assert.That(dead, Is.SameAs(segment));
    }

    [Test]
    public void What_is_read_when_the_store_is_closed_stays_until_then_and_nothing_more_is_read()
    {
        StoredMessage message = Append(7);
        StoredMessage other = Append(8);
        using (PayloadLease lease = _space.Read(message))
        {
            _space.Dispose();
            Assert.That(lease.Payload.ContainsAnyExcept((byte)7), Is.False);
        }

        Assert.That(() => _space.Read(other), Throws.InstanceOf<ObjectDisposedException>());
        Settle(message);
        Assert.That(_space.MemoryInUse, Is.Zero);
    }

    [TestCase(1, BlockSize)]
    [TestCase(BlockSize, BlockSize)]
    [TestCase(BlockSize + 1, 2 * BlockSize)]
    [TestCase(2 * BlockSize, 2 * BlockSize)]
    [TestCase(2 * BlockSize + 1, 4 * BlockSize)]
    public void A_block_takes_no_more_memory_than_it_needs_and_gives_all_of_it_back(int bytes, int taken)
    {
        Block block = _space.Open(bytes);
        Assert.That((block.Capacity, _space.MemoryInUse), Is.EqualTo((taken, taken)));

        _space.Close(block, references: 0);

        Assert.That(_space.MemoryInUse, Is.Zero);
    }

    private StoredMessage Append(int value)
    {
        byte[] body = new byte[BlockSize + 1];
        Array.Fill(body, (byte)value);
        var messages = new StoredMessage[1];
        _writer.Append([new StoredQueue(1, isDurable: false, new MessageChunkPool())], [], body, messages);
        return messages[0];
    }

    private int Read(in StoredMessage message)
    {
        using PayloadLease lease = _space.Read(message);
        return lease.Payload.ContainsAnyExcept(lease.Payload[0]) ? -1 : lease.Payload[0];
    }

    private void Settle(in StoredMessage message) => _space.Change(_space[message.Block], -1);

    private void PageOutAll()
    {
        while (_space.Transients.PinOldest() is { } block)
            _space.PageOut(block, _pages);
    }

    /// <summary>Appends messages, pages them out, then reads them back into memory.</summary>
    private StoredMessage[] ReadBack(int count)
    {
        StoredMessage[] messages = [.. Enumerable.Range(1, count).Select(Append)];
        PageOutAll();
        foreach (StoredMessage message in messages)
            Read(message);
        return messages;
    }
}
