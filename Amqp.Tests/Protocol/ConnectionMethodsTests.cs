using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

public class ConnectionMethodsTests
{
    private static readonly FieldTable _aIsTrue = FieldTable.Empty.With("a", FieldValue.FromBoolean(true));

    [Test]
    public void Connection_start_carries_version_properties_mechanisms_and_locales() =>
        GoldenBytes.AssertAre(
            new ConnectionStart(0, 9, _aIsTrue, "PLAIN"u8.ToArray(), "en_US"u8.ToArray()),
            "000A" + "000A", "00" + "09", "00000004" + "0161" + "7401", "00000005" + "504C41494E", "00000005" + "656E5F5553");

    [Test]
    public void Connection_start_ok_carries_properties_mechanism_response_and_locale() =>
        GoldenBytes.AssertAre(
            new ConnectionStartOk(_aIsTrue, "PLAIN", "\0u\0p"u8.ToArray(), "en_US"),
            "000A" + "000B", "00000004" + "0161" + "7401", "05" + "504C41494E", "00000004" + "00750070", "05" + "656E5F5553");

    [Test]
    public void Connection_secure_carries_a_challenge() =>
        GoldenBytes.AssertAre(new ConnectionSecure([1, 2]), "000A" + "0014", "00000002" + "0102");

    [Test]
    public void Connection_secure_ok_carries_a_response() =>
        GoldenBytes.AssertAre(new ConnectionSecureOk([1, 2]), "000A" + "0015", "00000002" + "0102");

    [Test]
    public void Connection_tune_carries_channel_max_frame_max_and_heartbeat() =>
        GoldenBytes.AssertAre(new ConnectionTune(2047, 131072, 60), "000A" + "001E", "07FF", "00020000", "003C");

    [Test]
    public void Connection_tune_ok_carries_channel_max_frame_max_and_heartbeat() =>
        GoldenBytes.AssertAre(new ConnectionTuneOk(2047, 131072, 60), "000A" + "001F", "07FF", "00020000", "003C");

    [Test]
    public void Connection_open_carries_the_virtual_host_and_two_reserved_arguments() =>
        GoldenBytes.AssertAre(new ConnectionOpen("/"), "000A" + "0028", "01" + "2F", "00", "00");

    [Test]
    public void Connection_open_ok_carries_a_reserved_argument() =>
        GoldenBytes.AssertAre(new ConnectionOpenOk(), "000A" + "0029", "00");

    [Test]
    public void Connection_close_carries_code_text_and_the_failing_method() =>
        GoldenBytes.AssertAre(new ConnectionClose(501, "no", 60, 40), "000A" + "0032", "01F5", "02" + "6E6F", "003C", "0028");

    [Test]
    public void Connection_close_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new ConnectionCloseOk(), "000A" + "0033");

    [Test]
    public void Connection_blocked_carries_a_reason() =>
        GoldenBytes.AssertAre(new ConnectionBlocked("low"), "000A" + "003C", "03" + "6C6F77");

    [Test]
    public void Connection_unblocked_carries_nothing() =>
        GoldenBytes.AssertAre(new ConnectionUnblocked(), "000A" + "003D");

    [Test]
    public void Connection_update_secret_carries_secret_and_reason() =>
        GoldenBytes.AssertAre(new ConnectionUpdateSecret([0xFF], "old"), "000A" + "0046", "00000001" + "FF", "03" + "6F6C64");

    [Test]
    public void Connection_update_secret_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new ConnectionUpdateSecretOk(), "000A" + "0047");
}
