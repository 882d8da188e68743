using System.Buffers;
using Amqp.Server.Hosting;

namespace Amqp.Tests.Hosting;

/// <summary>The pool lends blocks of memory. It keeps some returned blocks and frees the others.</summary>
public class TransportMemoryPoolTests
{
    private readonly TransportMemoryPool _pool = new();

    [OneTimeTearDown]
    public void Dispose() => _pool.Dispose();

    [SetUp]
    public void Empty()
    {
        while (_pool.FreeBlocks > 0)
            _pool.Trim();
    }

    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(4_096)]
    [TestCase(65_536)]
    public void Every_block_is_64_KiB(int wanted)
    {
        using IMemoryOwner<byte> block = _pool.Rent(wanted);

        Assert.That(block.Memory.Length, Is.EqualTo(65_536));
    }

    [Test]
    public void More_than_a_block_cannot_be_had() =>
        Assert.That(() => _pool.Rent(65_537), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void The_block_given_back_last_is_handed_out_first()
    {
        IMemoryOwner<byte> first = _pool.Rent();
        IMemoryOwner<byte> second = _pool.Rent();
        first.Dispose();
        second.Dispose();

        Assert.That(_pool.Rent(), Is.SameAs(second));
    }

    [Test]
    public void A_block_given_back_twice_is_handed_out_once()
    {
        IMemoryOwner<byte> block = _pool.Rent();
        block.Dispose();
        block.Dispose();

        Assert.That(_pool.FreeBlocks, Is.EqualTo(1));
    }

    [Test]
    public void Blocks_that_nobody_needs_are_let_go_by_halves()
    {
        GiveBack(8);
        _pool.Trim(); // frees no block, because each block was used at some time since the last trim

        var left = new List<int>();
        for (int trims = 0; trims < 5; trims++)
        {
            _pool.Trim();
            left.Add(_pool.FreeBlocks);
        }

        Assert.That(left, Is.EqualTo(new[] { 4, 2, 1, 0, 0 }));
    }

    [Test]
    public void Blocks_in_use_between_two_trims_are_kept()
    {
        GiveBack(8);
        _pool.Trim();
        GiveBack(8); // rents all eight free blocks, and returns them

        _pool.Trim();

        Assert.That(_pool.FreeBlocks, Is.EqualTo(8));
    }

    [Test]
    public void A_pool_that_is_gone_hands_out_nothing_and_takes_nothing_back()
    {
        var pool = new TransportMemoryPool();
        IMemoryOwner<byte> block = pool.Rent();
        pool.Dispose();
        block.Dispose();

        Assert.That(pool.FreeBlocks, Is.Zero);
        Assert.That(() => pool.Rent(), Throws.InstanceOf<ObjectDisposedException>());
    }

    private void GiveBack(int blocks)
    {
        foreach (IMemoryOwner<byte> block in Enumerable.Range(0, blocks).Select(_ => _pool.Rent()).ToList())
            block.Dispose();
    }
}
