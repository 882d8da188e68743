using System.Diagnostics;
using Amqp.Server.Security;

namespace Amqp.Tests.Security;

/// <summary>The answers are those of Erlang's <c>re:run/3</c>.</summary>
public class NamePatternTests
{
    [TestCase(".*", "anything", ExpectedResult = true)]
    [TestCase(".*", "", ExpectedResult = true)]
    [TestCase("", "anything", ExpectedResult = false)]
    [TestCase("orders", "my-orders-2", ExpectedResult = true)]
    [TestCase("^orders$", "my-orders", ExpectedResult = false)]
    [TestCase("^(a|b)-.*$", "b-1", ExpectedResult = true)]
    [TestCase("^(?!amq\\.)", "amq.topic", ExpectedResult = false)]
    [TestCase("^(?!amq\\.)", "topic", ExpectedResult = true)]
    [TestCase("^(.)\\1$", "aa", ExpectedResult = true)]
    [TestCase("^[[:digit:]]+$", "123", ExpectedResult = true)]
    [TestCase("^[[:digit:]]+$", ":]", ExpectedResult = false)]
    [TestCase("^ü$", "ü", ExpectedResult = true)]
    [TestCase("^.$", "ü", ExpectedResult = false)]
    [TestCase("(?i)^ORDERS$", "orders", ExpectedResult = true)]
    public bool A_name_matches_as_in_Erlang(string pattern, string name) => new NamePattern(pattern).IsMatch(name);

    [TestCase("(")]
    [TestCase("a**")]
    [TestCase("[[:nothing:]]")]
    public void What_is_no_regular_expression_is_refused(string pattern) =>
        Assert.That(() => new NamePattern(pattern), Throws.TypeOf<FormatException>());

    [Test]
    public void A_pattern_that_never_ends_matches_nothing()
    {
        var pattern = new NamePattern(@"^(a+)+\1$"); // a reference back needs a matcher that can be led astray
        long started = Stopwatch.GetTimestamp();

        Assert.That(pattern.IsMatch(new string('a', 200) + "b"), Is.False);
        Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    [TestCase("a.b")]
    [TestCase(".*")]
    [TestCase("a|b")]
    [TestCase("ü – (x)")]
    public void An_escaped_text_matches_itself_only(string text)
    {
        var pattern = new NamePattern($"^{NamePattern.Escape(text)}$");

        Assert.That((pattern.IsMatch(text), pattern.IsMatch("aXb")), Is.EqualTo((true, false)));
    }
}
