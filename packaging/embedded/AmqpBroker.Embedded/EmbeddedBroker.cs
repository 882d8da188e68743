using System.Text;
using AmqpBroker.Embedded.Management;
using AmqpBroker.Embedded.Processes;

namespace AmqpBroker.Embedded;

/// <summary>
/// An AMQP 0-9-1 broker on free ports of 127.0.0.1, for tests and development. The broker is a separate process, which ends
/// with this process.
/// </summary>
/// <remarks>
/// Thread-safe. Calls during a restart may fail. Data is in a temporary folder or in <see cref="EmbeddedBrokerOptions.DataDirectory"/>.
/// </remarks>
public sealed class EmbeddedBroker : IAsyncDisposable, IDisposable
{
    private readonly EmbeddedBrokerOptions _options;
    private readonly TemporaryFolder _folder;
    private readonly BrokerLog _log;
    private readonly BrokerLaunch _launch;
    private readonly SemaphoreSlim _changes = new(1); // permits one start at a time
    private volatile BrokerChild? _child;
    private ManagementClient? _management; // set when the first process is ready, like the next two fields
    private VirtualHost? _host;
    private BrokerAddress? _address;
    private int _isDisposed;

    private EmbeddedBroker(EmbeddedBrokerOptions options)
    {
        _options = options;
        _log = new BrokerLog(options.LineLogged);
        _folder = TemporaryFolder.Create(options.TemporaryFolder);
        try
        {
            DataDirectory = options.DataDirectory is null ? Path.Combine(_folder.Path, "data") : Path.GetFullPath(options.DataDirectory);
            _launch = new BrokerLaunch(options, _log, _folder.Path, DataDirectory);
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
        AppDomain.CurrentDomain.ProcessExit += DisposeAtExit;
    }

    /// <summary>Address for AMQP clients: <c>amqp://guest:guest@127.0.0.1:34567/</c>. A restart does not change it.</summary>
    public Uri Uri => Address.Amqp;

    /// <summary>The text of <see cref="Uri"/>.</summary>
    public string ConnectionString => Uri.OriginalString;

    /// <summary>Address of the HTTP API, which is compatible with RabbitMQ's API: <c>http://127.0.0.1:34568/</c>.</summary>
    public Uri ManagementUri => Address.Management;

    /// <summary>Port for AMQP on 127.0.0.1.</summary>
    public int Port => _launch.Port;

    /// <summary>User in <see cref="Uri"/>: the setting <c>default_user</c>, or <c>guest</c>.</summary>
    public string UserName => Address.User;

    /// <summary>Password in <see cref="Uri"/>: the setting <c>default_pass</c>, or <c>guest</c>.</summary>
    public string Password => Address.Password;

    /// <summary>Folder of the broker's data.</summary>
    public string DataDirectory { get; }

    /// <summary>Id of the process that was started last.</summary>
    public int ProcessId => _child?.Id ?? 0;

    /// <summary>True if the broker runs.</summary>
    public bool IsRunning => _child is { Exited.IsCompleted: false };

    /// <summary>The last 10,000 lines that the broker has printed since the first start, the oldest first.</summary>
    public IReadOnlyList<string> Log => _log.Lines;

    private VirtualHost Host => _host ?? throw new ObjectDisposedException(nameof(EmbeddedBroker));

    private BrokerAddress Address => _address ?? throw new InvalidOperationException("The broker has not started.");

    /// <summary>Starts a broker, and returns once clients can connect.</summary>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start, and ends the broker.</param>
    /// <exception cref="EmbeddedBrokerException">The broker did not start; the exception's text contains the end of its log.</exception>
    /// <exception cref="PlatformNotSupportedException">
    /// There is no broker for this machine; the exception's text says what to do.
    /// </exception>
    public static async Task<EmbeddedBroker> StartAsync(
        EmbeddedBrokerOptions? options = null, CancellationToken cancellationToken = default)
    {
        var broker = new EmbeddedBroker(options ?? new EmbeddedBrokerOptions());
        try
        {
            await broker.LaunchAsync(cancellationToken).ConfigureAwait(false);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Declares a queue with arguments such as <c>x-max-length</c>. Declaring an equal queue again is allowed.</summary>
    /// <exception cref="EmbeddedBrokerException">A queue with other properties exists, or an argument is invalid.</exception>
    public Task DeclareQueueAsync(
        string queue,
        bool durable = true,
        bool autoDelete = false,
        IReadOnlyDictionary<string, object?>? arguments = null,
        CancellationToken cancellationToken = default) =>
        Host.DeclareQueueAsync(queue, durable, autoDelete, arguments, cancellationToken);

    /// <summary>Declares an exchange of a type such as <c>direct</c>, <c>fanout</c>, <c>topic</c> or <c>headers</c>.</summary>
    /// <exception cref="EmbeddedBrokerException">An exchange with other properties exists, or an argument is invalid.</exception>
    public Task DeclareExchangeAsync(
        string exchange,
        string type = "direct",
        bool durable = true,
        bool autoDelete = false,
        IReadOnlyDictionary<string, object?>? arguments = null,
        CancellationToken cancellationToken = default) =>
        Host.DeclareExchangeAsync(exchange, type, durable, autoDelete, arguments, cancellationToken);

    /// <summary>Binds a queue to an exchange.</summary>
    /// <exception cref="EmbeddedBrokerException">The queue or the exchange does not exist.</exception>
    public Task BindAsync(
        string queue,
        string exchange,
        string routingKey = "",
        IReadOnlyDictionary<string, object?>? arguments = null,
        CancellationToken cancellationToken = default) =>
        Host.BindAsync(queue, exchange, routingKey, arguments, cancellationToken);

    /// <summary>Returns a queue with its counts; null if it does not exist.</summary>
    public Task<QueueInfo?> GetQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        Host.GetQueueAsync(queue, cancellationToken);

    /// <summary>Returns all queues with their counts, sorted by name.</summary>
    public Task<IReadOnlyList<QueueInfo>> ListQueuesAsync(CancellationToken cancellationToken = default) =>
        Host.ListQueuesAsync(cancellationToken);

    /// <summary>Publishes a message, and returns true if a queue received it.</summary>
    /// <param name="exchange">Name of the exchange; empty for the default exchange, which routes by queue name.</param>
    /// <param name="routingKey">Routing key; at most 255 bytes in UTF-8.</param>
    /// <param name="body">Bytes of the body.</param>
    /// <param name="properties">Properties as in <see cref="BrokerMessage.Properties"/>; null for none.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="EmbeddedBrokerException">The exchange does not exist, or a property is invalid.</exception>
    public Task<bool> PublishAsync(
        string exchange,
        string routingKey,
        ReadOnlyMemory<byte> body,
        IReadOnlyDictionary<string, object?>? properties = null,
        CancellationToken cancellationToken = default) =>
        Host.PublishAsync(exchange, routingKey, body, properties, cancellationToken);

    /// <summary>Publishes a message whose body is a text in UTF-8, and returns true if a queue received it.</summary>
    /// <exception cref="EmbeddedBrokerException">The exchange does not exist, or a property is invalid.</exception>
    public Task<bool> PublishAsync(
        string exchange,
        string routingKey,
        string text,
        IReadOnlyDictionary<string, object?>? properties = null,
        CancellationToken cancellationToken = default) =>
        Host.PublishAsync(exchange, routingKey, Encoding.UTF8.GetBytes(text), properties, cancellationToken);

    /// <summary>Waits for a message in a queue, removes it and returns it. The queue need not exist yet.</summary>
    /// <param name="queue">Name of the queue.</param>
    /// <param name="timeout">Time limit; with zero, the message must be there already.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="TimeoutException">No message arrived; the exception's text has the queue's counts.</exception>
    public Task<BrokerMessage> WaitForMessageAsync(string queue, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        new MessageWait(Host).TakeAsync(queue, timeout, cancellationToken);

    /// <summary>Kills the broker (SIGKILL), like a crash. Clients get no connection.close, and unwritten data is lost.</summary>
    public async Task KillAsync()
    {
        if (_child is not { } child)
            return;
        child.Kill();
        await child.Exited.ConfigureAwait(false);
    }

    /// <summary>Stops the broker gracefully if it runs, and starts it again with the same ports and data.</summary>
    /// <exception cref="EmbeddedBrokerException">The broker did not start; the exception's text contains the end of its log.</exception>
    /// <exception cref="TimeoutException">The broker did not stop in time, and was killed.</exception>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken).ConfigureAwait(false);
        await LaunchAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the broker gracefully: clients get 320 CONNECTION_FORCED, and all data is written.</summary>
    /// <exception cref="TimeoutException">The broker did not stop in time, and was killed.</exception>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_child is not { } child)
            return;
        child.CloseInput();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task first = await Task.WhenAny(child.Exited, Task.Delay(_options.StopTimeout, limit.Token)).ConfigureAwait(false);
        limit.Cancel(); // frees the timer
        if (first == child.Exited)
            return;
        await KillAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        throw new TimeoutException($"The broker did not stop within {_options.StopTimeout.TotalSeconds} s, and was killed. {_log.End}");
    }

    /// <summary>
    /// Ends the broker and deletes its temporary folder. If <see cref="EmbeddedBrokerOptions.DataDirectory"/> is set, the broker is
    /// stopped gracefully. Otherwise it is killed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        AppDomain.CurrentDomain.ProcessExit -= DisposeAtExit;
        await _changes.WaitAsync().ConfigureAwait(false); // waits for a start in progress
        _changes.Release();
        try
        {
            if (_options.DataDirectory is not null)
                await StopAsync().ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // StopAsync has killed the broker.
        }
        await KillAsync().ConfigureAwait(false);
        _management?.Dispose();
        _folder.Dispose();
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (IsRunning)
                return;
            _ = _isDisposed == 0 ? 0 : throw new ObjectDisposedException(nameof(EmbeddedBroker));
            _child = await _launch.StartAsync(cancellationToken).ConfigureAwait(false);
            if (_address is null)
            {
                _address = new BrokerAddress(_options.Settings, _launch.Port, _launch.ManagementPort);
                _management = new ManagementClient(_address.Management, _address.User, _address.Password, _log);
                _host = new VirtualHost(_management, _address.VirtualHost);
            }
        }
        finally
        {
            _changes.Release();
        }
    }

    private void DisposeAtExit(object? sender, EventArgs e) => Dispose();
}
