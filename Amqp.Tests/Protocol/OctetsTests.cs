using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

/// <summary>Octets are printed as Erlang prints a binary, because RabbitMQ's reply texts contain printed binaries.</summary>
public class OctetsTests
{
    [TestCase("", "all octets = <<>>")]
    [TestCase("hello", "all octets = <<\"hello\">>")]
    [TestCase("0123456789abcdef", "all octets = <<\"0123456789abcdef\">>")]
    [TestCase("0123456789abcdefg", "first 16 octets = <<\"0123456789abcdef\">>")]
    [TestCase("a\"b\\c", "all octets = <<\"a\\\"b\\\\c\">>")]
    [TestCase("abc\0", "all octets = <<97,98,99,0>>")]
    [TestCase("\u007Fabc", "all octets = <<127,97,98,99>>")]
    public void Text_is_shown_as_text_and_all_else_as_numbers(string octets, string shown) =>
        Assert.That(Octets.Describe(System.Text.Encoding.Latin1.GetBytes(octets)), Is.EqualTo(shown));

    [Test]
    public void A_list_is_decimal_even_when_it_is_text() =>
        Assert.That(Octets.List("abc"u8), Is.EqualTo("<<97,98,99>>"));
}
