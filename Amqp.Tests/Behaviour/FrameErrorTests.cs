using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>The broker closes a connection with reply code 501 if it receives bytes that are not a valid frame.</summary>
public class FrameErrorTests : BehaviourTests
{
    [TestCase(9, 0, "", "type 9, all octets = <<>>")]
    [TestCase(9, 1, "hello", "type 9, all octets = <<\"hello\">>")]
    [TestCase(0, 0, "", "type 0, all octets = <<>>")]
    [TestCase(4, 1, "x", "type 4, all octets = <<\"x\">>")]
    [TestCase(9, 1, "0123456789abcdefghij", "type 9, first 16 octets = <<\"0123456789abcdef\">>")]
    public async Task A_frame_of_unknown_type_closes_the_connection(int type, int channel, string payload, string shown)
    {
        var client = await ConnectAsync();
        await client.OpenChannelAsync();

        await client.SendFrameAsync((FrameType)type, (ushort)channel, System.Text.Encoding.ASCII.GetBytes(payload));

        await client.ExpectCloseAsync(ReplyCode.FrameError, $"FRAME_ERROR - {shown}: unknown_frame");
    }

    [TestCase(0x00)]
    [TestCase(0xCD)]
    public async Task A_frame_without_its_end_octet_closes_the_connection(int end)
    {
        var client = await ConnectAsync();
        byte[] frame = Encoded.Frame(1, new ChannelOpen());
        frame[^1] = (byte)end;

        await client.SendAsync(frame);

        await client.ExpectCloseAsync(
            ReplyCode.FrameError, $"FRAME_ERROR - type 1, all octets = <<0,20,0,10,0>>: {{invalid_frame_end_marker,{end}}}");
    }

    [TestCase(1, 131_073)]
    [TestCase(3, 200_000)]
    [TestCase(3, int.MaxValue)]
    public async Task A_frame_that_is_too_large_closes_the_connection_at_its_header(int type, int size)
    {
        var client = await ConnectAsync();
        byte[] header = new byte[Frame.HeaderSize];
        header[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(3), size);

        await client.SendAsync(header);

        await client.ExpectCloseAsync(
            ReplyCode.FrameError, $"FRAME_ERROR - type {type}, all octets = <<>>: {{frame_too_large,{size},131064}}");
    }

    [TestCase(FrameType.Method, "", "<<>>")]
    [TestCase(FrameType.Method, "00", "<<0>>")]
    [TestCase(FrameType.Method, "003C00", "<<0,60,0>>")]
    [TestCase(FrameType.Header, "003C000000", "<<0,60,0,0,0>>")]
    [TestCase(FrameType.Header, "003C000000000000000000", "<<0,60,0,0,0,0,0,0,0,0,0>>")] // one octet less than a content header needs
    public async Task A_frame_shorter_than_its_type_demands_closes_the_connection(FrameType type, string payload, string shown)
    {
        var client = await ConnectAsync();
        await client.OpenChannelAsync();

        await client.SendFrameAsync(type, 1, Convert.FromHexString(payload));

        await client.ExpectCloseAsync(ReplyCode.FrameError, $"FRAME_ERROR - type {(byte)type}, all octets = {shown}: unknown_frame");
    }

    [Test]
    public async Task Arguments_that_end_too_soon_are_listed()
    {
        var channel = await OpenChannelAsync();

        await channel.SendFrameAsync(FrameType.Method, [0, 60, 0, 10, 0, 0]);

        await channel.Client.ExpectCloseAsync(ReplyCode.FrameError, "FRAME_ERROR - cannot decode <<0,0>>", BasicQos.Id);
    }

    [Test]
    public async Task Arguments_that_go_on_too_long_are_listed()
    {
        var channel = await OpenChannelAsync();

        await channel.SendFrameAsync(FrameType.Method, [0, 60, 0, 10, 0, 0, 0, 0, 0, 0, 0, 120, 121]);

        await channel.Client.ExpectCloseAsync(ReplyCode.FrameError, "FRAME_ERROR - cannot decode <<0,0,0,0,0,0,0,120,121>>", BasicQos.Id);
    }

    [Test]
    public async Task A_table_longer_than_the_frame_is_listed_with_the_rest()
    {
        var channel = await OpenChannelAsync();

        await channel.SendFrameAsync(FrameType.Method, [0, 50, 0, 10, 0, 0, 1, (byte)'q', 0, 0, 0, 0, 9]);

        await channel.Client.ExpectCloseAsync(ReplyCode.FrameError, "FRAME_ERROR - cannot decode <<0,0,1,113,0,0,0,0,9>>", QueueDeclare.Id);
    }

    [Test]
    public async Task A_list_that_is_too_long_for_a_reply_text_ends_in_dots()
    {
        var channel = await OpenChannelAsync();

        await channel.SendFrameAsync(FrameType.Method, [0, 60, 0, 10, .. Enumerable.Repeat((byte)255, 200)]);

        string list = "FRAME_ERROR - cannot decode <<" + string.Join(',', Enumerable.Repeat("255", 200));
        await channel.Client.ExpectCloseAsync(ReplyCode.FrameError, list[..252] + "...", BasicQos.Id);
    }

    [Test]
    public async Task A_name_that_is_not_utf8_closes_the_connection()
    {
        var channel = await OpenChannelAsync();

        await channel.SendFrameAsync(FrameType.Method, [0, 50, 0, 10, 0, 0, 2, 0xFF, 0xFE, 0, 0, 0, 0, 0]);

        await channel.Client.ExpectCloseAsync(ReplyCode.FrameError, "FRAME_ERROR - Malformed UTF-8 in shortstr");
    }

    [TestCase("01" + "61" + "5A" + "7878", TestName = "A_table_with_an_unknown_type_ends_the_connection")]
    [TestCase("01" + "61" + "49" + "7878", TestName = "A_table_with_a_field_cut_short_ends_the_connection")]
    [TestCase("01" + "61", TestName = "A_table_with_a_name_and_no_value_ends_the_connection")]
    public async Task A_malformed_table_ends_the_connection(string fields)
    {
        // RabbitMQ's reader crashes on this frame, and its client sees a connection reset. This broker sends connection.close.
        var channel = await OpenChannelAsync();
        byte[] table = Convert.FromHexString(fields);

        await channel.SendFrameAsync(FrameType.Method, [0, 50, 0, 10, 0, 0, 1, (byte)'q', 0, 0, 0, 0, (byte)table.Length, .. table]);

        await channel.Client.ExpectCloseOrEndAsync(ReplyCode.FrameError, ReplyCode.SyntaxError);
    }
}
