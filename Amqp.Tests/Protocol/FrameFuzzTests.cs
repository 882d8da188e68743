using System.Buffers.Binary;
using System.Reflection;
using Amqp.Protocol;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

/// <summary>For any input of a client, the reader returns frames, waits for more input, or throws an <see cref="AmqpException"/>.</summary>
public class FrameFuzzTests
{
    private delegate void Decoder(ReadOnlySpan<byte> arguments);

    private static readonly Dictionary<MethodId, Decoder> _decoders = MethodTypes.All.ToDictionary(
        type => (MethodId)type.GetProperty("Id")!.GetValue(null)!,
        type => typeof(FrameFuzzTests).GetMethod(nameof(Decode), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).CreateDelegate<Decoder>());

    private static readonly byte[] _conversation =
    [
        .. Encoded.Frame(0, new ConnectionStartOk(FieldTable.Empty.With("a", FieldValue.FromString("b")), "PLAIN", [0, 1], "en_US")),
        .. Encoded.Frame(
            1, new QueueDeclare("q", false, true, false, true, false, FieldTable.Empty.With("x-expires", FieldValue.FromInt32(1)))),
        .. Encoded.Frame(1, new BasicPublish("x", "key", true, false)),
        .. Encoded.Frame(FrameType.Header, 1, Encoded.Header(5, Encoded.Properties(new BasicProperties
        {
            ContentType = "text/plain",
            Headers = FieldTable.Empty.With("n", FieldValue.FromArray([FieldValue.FromInt64(1), FieldValue.Void])),
            DeliveryMode = 2,
            Timestamp = 1,
        }))),
        .. Encoded.Frame(FrameType.Body, 1, "hello"u8),
    ];

    [Test]
    public void Random_bytes_are_frames_or_an_amqp_error() =>
        Prop.ForAll(Generators.Bytes.Resize(500).ToArbitrary(), ReadEverything).QuickCheckThrowOnFailure();

    [Test]
    public void A_conversation_with_any_one_byte_changed_is_frames_or_an_amqp_error()
    {
        for (int index = 0; index < _conversation.Length; index++)
        {
            foreach (byte change in (byte[])[0x01, 0x02, 0x10, 0x55, 0x80, 0xFF])
            {
                byte[] bytes = [.. _conversation];
                bytes[index] ^= change;
                Assert.That(() => ReadEverything(bytes), Throws.Nothing, $"byte {index} xor {change:X2}");
            }
        }
    }

    [Test]
    public void A_conversation_with_bytes_changed_inserted_and_lost_is_frames_or_an_amqp_error() =>
        Prop.ForAll(Mutations(_conversation).ToArbitrary(), ReadEverything).QuickCheckThrowOnFailure();

    private static Gen<byte[]> Mutations(byte[] bytes) =>
        Gen.Choose(0, int.MaxValue).ArrayOf(4).Select(random =>
        {
            var mutated = bytes.ToList();
            foreach (int choice in random)
            {
                int index = choice / 768 % mutated.Count;
                byte octet = (byte)choice;
                switch (choice / 256 % 3)
                {
                    case 0:
                        mutated[index] = octet;
                        break;
                    case 1:
                        mutated.Insert(index, octet);
                        break;
                    default:
                        mutated.RemoveAt(index);
                        break;
                }
            }
            return mutated.ToArray();
        });

    /// <summary>Reads the input as a server does: first the frames, and then the contents of each frame.</summary>
    private static void ReadEverything(byte[] bytes)
    {
        var reader = new FrameReader();
        var buffer = Sequences.Cut(bytes, bytes.Length / 3, bytes.Length / 2);
        try
        {
            while (reader.TryRead(ref buffer, out var frame))
                ReadPayload(frame);
        }
        catch (AmqpException error)
        {
            Assert.That(error.ReplyText.Length, Is.LessThanOrEqualTo(ShortString.MaxLength));
        }
    }

    private static void ReadPayload(in Frame frame)
    {
        if (frame.Type == FrameType.Method)
        {
            var id = MethodId.FromValue(BinaryPrimitives.ReadUInt32BigEndian(frame.Payload));
            if (_decoders.TryGetValue(id, out var decode))
                decode(frame.Payload[4..]);
            if (id == BasicPublish.Id)
                PublishAddress.Read(frame.Payload[4..]);
        }
        else if (frame.Type == FrameType.Header)
        {
            var properties = ContentHeader.Read(frame.Payload).Properties;
            EncodedProperties.Read(properties);
            BasicProperties.Read(properties);
        }
    }

    private static void Decode<TMethod>(ReadOnlySpan<byte> arguments)
        where TMethod : struct, IMethod<TMethod> => MethodArguments.Read<TMethod>(arguments);
}
