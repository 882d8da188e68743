using System.Diagnostics;
using System.Net.Sockets;
using Amqp.Server.Cluster.Coordination;
using Amqp.Server.Cluster.Links;
using Amqp.Server.Configuration;
using Amqp.Storage;

namespace Amqp.Server.Cluster;

/// <summary>Follows one leader in one epoch, on a thread of its own, and connects again whenever the link ends.</summary>
internal sealed class LeaderFollowing : IAsyncDisposable
{
    private const int LongestPause = 10; // as a multiple of the shortest

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longLink = TimeSpan.FromSeconds(5);

    private readonly ClusterMember _member;
    private readonly byte _partition;
    private readonly FollowerDirectory _directory;
    private readonly ClusterOptions _options;
    private readonly NodeConnector _connector;
    private readonly ILogger _logger;
    private readonly Action _refused;
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isRefused;
    private string? _lastReason; // used by the thread

    public LeaderFollowing(
        PartitionLeader leader, ClusterMember member, byte partition, FollowerDirectory directory, ClusterOptions options,
        NodeConnector connector, ILogger logger, Action refused)
    {
        (Leader, _member, _partition, _directory, _options, _connector, _logger, _refused) =
            (leader, member, partition, directory, options, connector, logger, refused);
        new Thread(Run) { IsBackground = true, Name = $"Follower of {leader.Name}" }.Start();
    }

    public PartitionLeader Leader { get; }

    /// <summary>True if the leader's machine refuses connections, after this node was connected: the process has ended.</summary>
    public bool IsRefused => _isRefused;

    /// <summary>Ends the link. Returns when nothing is applied any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _ended.Task;
        _end.Dispose();
    }

    private void Run()
    {
        bool wasConnected = false;
        int failures = 0; // in a row, such as on a full disk
        while (!_end.IsCancellationRequested)
        {
            long began = Stopwatch.GetTimestamp();
            try
            {
                using NodeConnection connection = _connector.ConnectAsync(_member.Replication, LinkKind.Replica, _partition, _end.Token)
                    .GetAwaiter().GetResult();
                using CancellationTokenRegistration closing = _end.Token.Register(connection.Dispose);
                connection.Stream.ReadTimeout = (int)_options.ReplicaTimeout.TotalMilliseconds;
                wasConnected = true;
                _directory.Follow(connection.Stream);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused && wasConnected)
            {
                _isRefused = true;
                Log(error);
                _refused();
            }
            catch (Exception error)
                when (error is IOException or InvalidDataException or SocketException or OperationCanceledException
                    or ObjectDisposedException or UnauthorizedAccessException or ConfigurationException)
            {
                _isRefused = false;
                Log(error);
            }
            failures = Stopwatch.GetElapsedTime(began) > _longLink ? 0 : failures + 1;
            _end.Token.WaitHandle.WaitOne(_pause * Math.Clamp(failures, 1, LongestPause));
        }
        _ended.SetResult();
    }

    private void Log(Exception error)
    {
        if (_end.IsCancellationRequested || error.Message == _lastReason)
            return;
        _lastReason = error.Message;
        _logger.LeaderLinkEnded(Leader.Name, error.Message);
    }
}
