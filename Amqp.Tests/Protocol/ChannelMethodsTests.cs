using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

public class ChannelMethodsTests
{
    [Test]
    public void Channel_open_carries_a_reserved_short_string() =>
        GoldenBytes.AssertAre(new ChannelOpen(), "0014" + "000A", "00");

    [Test]
    public void Channel_open_ok_carries_a_reserved_long_string() =>
        GoldenBytes.AssertAre(new ChannelOpenOk(), "0014" + "000B", "00000000");

    [Test]
    public void Channel_flow_carries_whether_content_may_come() =>
        GoldenBytes.AssertAre(new ChannelFlow(true), "0014" + "0014", "01");

    [Test]
    public void Channel_flow_ok_repeats_it() =>
        GoldenBytes.AssertAre(new ChannelFlowOk(true), "0014" + "0015", "01");

    [Test]
    public void Channel_close_carries_code_text_and_the_failing_method() =>
        GoldenBytes.AssertAre(new ChannelClose(404, "no", 50, 10), "0014" + "0028", "0194", "02" + "6E6F", "0032", "000A");

    [Test]
    public void Channel_close_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new ChannelCloseOk(), "0014" + "0029");

    [Test]
    public void Access_request_carries_a_realm_and_five_flags_in_one_octet() =>
        GoldenBytes.AssertAre(
            new AccessRequest("/data", Exclusive: true, Passive: false, Active: true, CanWrite: false, CanRead: true),
            "001E" + "000A", "05" + "2F64617461", "15");

    [Test]
    public void Access_request_ok_carries_a_ticket() =>
        GoldenBytes.AssertAre(new AccessRequestOk(1), "001E" + "000B", "0001");
}
