using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Fuzz;

/// <summary>
/// A channel of a <see cref="HostileClient"/>. The worker sends methods; the client's reading task handles received methods.
/// </summary>
internal sealed class HostileChannel(FuzzRun run, HostileClient client, ushort number)
{
    private const int MostTags = 500;

    private readonly Lock _gate = new();
    private readonly List<ulong> _tags = []; // guarded by _gate, like the fields below
    private TaskCompletionSource<Answer>? _asked;
    private bool _isClosed;

    public ushort Number => number;

    /// <summary>False once the broker has closed the channel or its connection.</summary>
    public bool IsOpen => !_isClosed && client.IsOpen;

    /// <summary>True if the broker has closed the channel and waits for close-ok.</summary>
    public bool MustConfirmClose { get; private set; }

    /// <summary>True if the worker has put the channel into transaction mode.</summary>
    public bool IsTransactional { get; set; }

    /// <summary>Sends a method without waiting for an answer.</summary>
    public Task TellAsync<TMethod>(TMethod method)
        where TMethod : struct, IMethod<TMethod> => client.SendAsync(Encoded.Frame(number, method));

    /// <summary>Publishes the same message <paramref name="count"/> times.</summary>
    public Task PublishAsync(BasicPublish method, BasicProperties properties, int bodySize, int count = 1)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new FrameWriter(output);
        byte[] list = Encoded.Properties(properties), body = new byte[bodySize];
        for (int message = 0; message < count; message++)
        {
            writer.WriteMethod(number, method);
            writer.WriteContent(number, list, body, HostileClient.FrameMax);
        }
        return client.SendAsync(output.WrittenSpan.ToArray());
    }

    /// <summary>Sends a method, and waits for its answer or for the end of the channel.</summary>
    public async Task<Answer> AskAsync<TMethod>(TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        var asked = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!IsOpen)
                return Answer.Ended;
            _asked = asked;
        }
        await TellAsync(method);
        if (!client.IsOpen)
            TakeEnd();
        try
        {
            var answer = await asked.Task.WaitAsync(FuzzRun.PatienceOfWorkers, run.Stop);
            run.NoteAnswer(answer.ToString());
            return answer;
        }
        catch (OperationCanceledException)
        {
            return Answer.Ended; // the run has ended, perhaps because the broker has stopped answering
        }
        catch (TimeoutException)
        {
            run.Fail($"no answer to {method} on channel {number}");
            return Answer.Ended;
        }
    }

    /// <summary>Removes and returns the tag of an unsettled delivery, chosen at random. Returns 0 if there is no such delivery.</summary>
    public ulong TakeTag(Random random)
    {
        lock (_gate)
        {
            if (_tags.Count == 0)
                return 0;
            int place = random.Next(_tags.Count);
            ulong tag = _tags[place];
            _tags.RemoveAt(place);
            return tag;
        }
    }

    /// <summary>Removes all tags, because all deliveries were settled or requeued.</summary>
    public void ForgetTags()
    {
        lock (_gate)
            _tags.Clear();
    }

    /// <summary>Handles a method that the client has received on this channel.</summary>
    public void Take(RawFrame frame)
    {
        var id = frame.Method;
        lock (_gate)
        {
            if (id == ChannelClose.Id)
            {
                ushort code = HostileClient.CodeOf(frame);
                if (code == (ushort)ReplyCode.InternalError)
                    run.Fail($"a channel was closed: {HostileClient.Describe(frame)}");
                MustConfirmClose = true;
                End(new Answer(id, code));
            }
            else if (id == ChannelCloseOk.Id)
            {
                End(new Answer(id, 0));
            }
            else if (id == BasicDeliver.Id)
            {
                // in the arguments, the delivery tag follows the consumer tag
                Keep(BinaryPrimitives.ReadUInt64BigEndian(frame.Arguments[(1 + frame.Arguments[0])..]));
            }
            else if (id != BasicReturn.Id && id != BasicAck.Id && id != BasicNack.Id && id != BasicCancel.Id)
            {
                if (id == BasicGetOk.Id)
                    Keep(BinaryPrimitives.ReadUInt64BigEndian(frame.Arguments));
                _asked?.TrySetResult(new Answer(id, 0));
            }
        }
    }

    /// <summary>Handles the end of the client's connection.</summary>
    public void TakeEnd()
    {
        lock (_gate)
            End(Answer.Ended);
    }

    private void End(Answer answer)
    {
        _isClosed = true;
        _asked?.TrySetResult(answer);
    }

    private void Keep(ulong tag)
    {
        if (_tags.Count < MostTags)
            _tags.Add(tag);
    }
}

/// <summary>The broker's answer to a method.</summary>
/// <param name="Method">Id of the method with which the broker answered.</param>
/// <param name="Code">
/// Reply code if the broker closed the channel or the connection. 0 for the expected answer. 1 if the connection ended without a code.
/// </param>
internal readonly record struct Answer(MethodId Method, ushort Code)
{
    public static Answer Ended => new(default, 1);

    public bool IsOk => Code == 0;

    public override string ToString() => Code switch { 0 => "taken", 1 => "cut off", _ => $"{Code}" };
}
