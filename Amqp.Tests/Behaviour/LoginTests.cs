using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class LoginTests : BehaviourTests
{
    private static readonly byte[] _wrongPassword = "\0guest\0wrong"u8.ToArray();

    [Test]
    public async Task Plain_lets_a_user_in()
    {
        var client = await DialAsync();

        var tune = await client.LogInAndExpectTuneAsync();

        Assert.That(tune, Is.EqualTo(new ConnectionTune(2047, 131_072, 60)));
    }

    [TestCase("LOGIN", "PASSWORD")]
    [TestCase("PASSWORD", "LOGIN")]
    public async Task Amqplain_lets_a_user_in_whatever_the_order_of_its_fields(params string[] fields)
    {
        var values = await AmqplainAsync();
        var client = await DialAsync();
        await client.StartAsync();

        await client.LogInAsync(
            "AMQPLAIN", Encoded.Fields(new FieldTable(fields.Select(field => KeyValuePair.Create(field, values[field])))));

        await client.ExpectAsync<ConnectionTune>(0);
    }

    [Test]
    public async Task A_client_without_properties_is_let_in()
    {
        var client = await DialAsync();

        await client.LogInAndExpectTuneAsync(FieldTable.Empty);
    }

    [TestCase("PLAIN")]
    [TestCase("AMQPLAIN")]
    public async Task A_wrong_password_is_refused_with_a_close_to_those_who_understand_it(string mechanism)
    {
        var client = await DialAsync();
        await client.StartAsync();

        await client.LogInAsync(mechanism, Wrong(mechanism));

        await client.ExpectCloseAsync(
            ReplyCode.AccessRefused,
            $"ACCESS_REFUSED - Login was refused using authentication mechanism {mechanism}. For details see the broker logfile.");
    }

    [TestCase("PLAIN")]
    [TestCase("AMQPLAIN")]
    public async Task A_wrong_password_is_refused_with_silence_to_all_others(string mechanism)
    {
        var client = await DialAsync();
        await client.StartAsync();

        await client.LogInAsync(mechanism, Wrong(mechanism), FieldTable.Empty);

        await client.ExpectEndAsync();
    }

    [Test]
    public async Task An_unknown_user_is_refused_in_the_same_words()
    {
        var client = await DialAsync();
        await client.StartAsync();

        await client.LogInAsync("PLAIN", Encoding.UTF8.GetBytes($"\0{NewName("user")}\0guest"));

        await client.ExpectCloseAsync(
            ReplyCode.AccessRefused,
            "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.");
    }

    [TestCase("FOO", "x")]
    [TestCase("plain", "\0guest\0guest")]
    [TestCase("", "")]
    public async Task An_unknown_mechanism_ends_the_connection(string mechanism, string response)
    {
        var client = await DialAsync();
        await client.StartAsync();

        await client.LogInAsync(mechanism, Encoding.UTF8.GetBytes(response));

        await client.ExpectEndAsync();
    }

    [TestCase("")]
    [TestCase("guest")]
    [TestCase("\0guest")]
    [TestCase("\0guest\0guest\0more")]
    public async Task A_malformed_plain_response_ends_the_connection(string response)
    {
        var client = await DialAsync();
        await client.StartAsync();

        await client.LogInAsync("PLAIN", Encoding.UTF8.GetBytes(response));

        await client.ExpectEndAsync();
    }

    [TestCase("")]
    [TestCase("05" + "4C4F47494E" + "53" + "00000005" + "6775657374", TestName = "Amqplain_without_a_password_ends_the_connection")]
    [TestCase("05" + "4C4F", TestName = "Amqplain_cut_short_ends_the_connection")]
    [TestCase("01" + "61" + "5A", TestName = "Amqplain_with_an_unknown_type_ends_the_connection")]
    public async Task A_malformed_amqplain_response_ends_the_connection(string hex)
    {
        var client = await DialAsync();
        await client.StartAsync();

        await client.LogInAsync("AMQPLAIN", Convert.FromHexString(hex));

        await client.ExpectEndAsync();
    }

    [Test]
    public async Task The_locale_is_not_looked_at()
    {
        var client = await DialAsync();
        await client.StartAsync();

        await client.SendAsync(0, new ConnectionStartOk(RawHandshake.ClientProperties, "PLAIN", await RawHandshake.PlainAsync(), "xx"));

        await client.ExpectAsync<ConnectionTune>(0);
    }

    private static byte[] Wrong(string mechanism) => mechanism == "PLAIN"
        ? _wrongPassword
        : Encoded.Fields(Table("LOGIN", FieldValue.FromString("guest")).With("PASSWORD", FieldValue.FromString("wrong")));

    private static async Task<Dictionary<string, FieldValue>> AmqplainAsync()
    {
        string[] plain = Encoding.UTF8.GetString(await RawHandshake.PlainAsync()).Split('\0');
        return new() { ["LOGIN"] = FieldValue.FromString(plain[1]), ["PASSWORD"] = FieldValue.FromString(plain[2]) };
    }
}
