using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Broker.Jobs;

/// <summary>Writes the ready messages of a queue as lines of JSON. The queue does not change. Used by the task of the job.</summary>
internal sealed class MessageExport : IDisposable
{
    private static readonly JsonWriterOptions _options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = int.MaxValue };

    private readonly LocalSession _session;
    private readonly Queue _source;
    private readonly MessageFilter _filter;
    private readonly ScanBatch _batch = new();
    private readonly long _total;

    /// <summary>Checks permissions, and begins a scan of the queue.</summary>
    /// <param name="session">Session of the user. This object disposes of it, unless the constructor throws.</param>
    /// <param name="source">Name of the queue.</param>
    /// <param name="filter">The messages to export.</param>
    /// <exception cref="BrokerException">
    /// 403, 404 or 405: the user may not read the queue, or it does not exist. 406: another job works on the queue.
    /// </exception>
    public MessageExport(LocalSession session, string source, MessageFilter filter)
    {
        (_session, _filter) = (session, filter);
        _source = session.Ask(asked => asked.Topology.GetQueueToRead(source));
        _total = JobScan.Begin(_source);
    }

    /// <summary>Writes the messages.</summary>
    /// <param name="job">The job that counts the messages.</param>
    /// <param name="output">Receives the lines. The output is flushed after each batch.</param>
    /// <param name="aborted">Cancelled when nobody reads the output any more.</param>
    /// <exception cref="BrokerException">The queue is deleted or cannot be read, or the permission was revoked.</exception>
    /// <exception cref="OperationCanceledException">The job was cancelled, or the reader is gone.</exception>
    public async Task RunAsync(Job job, PipeWriter output, CancellationToken aborted)
    {
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(job.Cancellation, aborted);
            job.Total = _total;
            var look = new JobLook(job, _filter, destination: null);
            using var json = new Utf8JsonWriter(output, _options);
            for (bool hasMore = true; hasMore && !(job.Done >= job.Plan.Limit);)
            {
                end.Token.ThrowIfCancellationRequested();
                _batch.Clear();
                _batch.Wanted = job.Plan.Limit - job.Done ?? long.MaxValue;
                hasMore = _session.Ask(asked =>
                {
                    asked.Access.DemandQueue(AccessKind.Read, _source.Name);
                    return _source.Deliveries.Scan.Next(look, _batch, takes: false);
                });
                for (int i = 0; i < _batch.Count; i++)
                    Write(json, output, EncodedMessage.Read(_batch.Payload(i)));
                job.Done += _batch.Count;
                await output.FlushAsync(end.Token);
            }
        }
        catch (OperationCanceledException) when (!job.Cancellation.IsCancellationRequested)
        {
            throw new JobException("the client has disconnected");
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Ends the scan and the session.</summary>
    public void Dispose()
    {
        _source.Deliveries.Scan.End();
        _session.Dispose();
    }

    private static void Write(Utf8JsonWriter json, PipeWriter output, in EncodedMessage message)
    {
        MessageLine.Write(json, message);
        json.Flush();
        json.Reset();
        output.Write("\n"u8);
    }
}
