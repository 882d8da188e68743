using Amqp.Server.Broker.Names;

namespace Amqp.Tests.Security;

/// <summary>
/// Permissions and policies contain patterns for names. A pattern must match the same names as with Erlang's <c>re:run/3</c>.
/// </summary>
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

    /// <summary>With backtracking, the time to match one of these patterns would grow exponentially with the length of the name.</summary>
    [TestCase(@"^(a+)+$", 'a', false)]
    [TestCase(@"^(a|aa)+$", 'a', false)]
    [TestCase(@"^(a|a)*$", 'a', false)]
    [TestCase(@"(.*)*(.*)*(.*)*x$", 'a', false)]
    [TestCase(@"^([a-z]+)*$", 'q', false)]
    [TestCase(@"^(a+)+\1$", 'a', true)]
    [TestCase(@"^(?!b)(a+)+$", 'a', true)]
    [TestCase(@"^(?:(?=a)(a|aa))+$", 'a', true)]
    [TestCase(@"^(?<!x)(([a-z])+.)+[A-Z]([a-z])+$", 'a', true)]
    public void A_pattern_that_takes_for_ever_on_a_name_does_not_match_it_and_is_not_tried_on_it_again(
        string text, char letter, bool isTried)
    {
        var pattern = new NamePattern(text);
        string name = new string(letter, 254) + "!";

        for (int number = 0; number < 100; number++)
            Assert.That(pattern.IsMatch(name), Is.False);

        Assert.That(pattern.Timeouts, Is.EqualTo(isTried ? 1 : 0));
        Assert.That((pattern.TakeTimeout(), pattern.TakeTimeout()), Is.EqualTo((isTried, false)), "the timeout is reported once");
    }

    /// <summary>The character classes that a pattern may contain. Each of them matches one character.</summary>
    [TestCase("alpha", "azAZ", "09_ -")]
    [TestCase("digit", "09", "aZ_ -")]
    [TestCase("alnum", "azAZ09", "_ -")]
    [TestCase("upper", "AZ", "az09_")]
    [TestCase("lower", "az", "AZ09_")]
    [TestCase("word", "azAZ09_", " -.")]
    [TestCase("space", " \t", "a0_-")]
    [TestCase("xdigit", "09afAF", "gG_ -")]
    [TestCase("punct", "!/:@[`{~-]\\^_", "azAZ09 ")]
    public void A_class_has_its_characters_and_no_others(string name, string inside, string outside)
    {
        var pattern = new NamePattern($"^[[:{name}:]]$");

        Assert.That(inside.Where(each => !pattern.IsMatch($"{each}")), Is.Empty);
        Assert.That(outside.Where(each => pattern.IsMatch($"{each}")), Is.Empty);
    }

    [Test]
    public void A_secret_that_takes_for_ever_is_tried_anew_as_it_is_not_kept()
    {
        var pattern = new NamePattern(@"^(a+)+\1$", remembers: false);
        string secret = new string('a', 254) + "!";

        Assert.That((pattern.IsMatch(secret), pattern.IsMatch(secret)), Is.EqualTo((false, false)));

        Assert.That(pattern.Timeouts, Is.EqualTo(2));
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
