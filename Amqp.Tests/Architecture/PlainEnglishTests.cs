using System.Text.RegularExpressions;

namespace Amqp.Tests.Architecture;

/// <summary>
/// Comments, texts and documents must not contain certain phrases. The failure message suggests other words for each phrase.
/// </summary>
public sealed partial class PlainEnglishTests
{
    /// <summary>The banned phrases, each as a regular expression for one line, and the words to use instead.</summary>
    private static readonly (string Phrase, string Instead)[] _phrases =
    [
        (@"\blets? (him |them |it )?in\b", "accept, admit"),
        (@"\blet(s|ting)? go\b", "release, free, discard"),
        (@"\bwhose turn\b", "the next consumer"),
        (@"\b(its|their|a) turn\b", "is served next; served in turn"),
        (@"\bin nobody's hands\b", "unowned, pending"),
        (@"\b(comes?|came) of (it|that|them)\b", "the result, with its noun"),
        (@"\b(becomes?|became) of\b", "the outcome, with its noun"),
        (@"\btakes? no more\b", "rejects further ..."),
        (@"\bto blame\b", "is the cause"),
        (@"\bnobody else is\b", "no other client is, no other thread is"),
        (@"\b(somebody|someone|whoever)\b", "the role: client, operator, caller, thread"),
        (@"\bis done with\b", "is settled, is finished"),
        (@"\bin vain\b", "without effect"),
        (@"\bdoes no harm\b", "may be called twice; is safe to repeat"),
        (@"\btells? of\b", "reports, names"),
        (@"\bstands? in (for|its place)\b", "replaces, is used instead of"),
        (@"\bhas its say\b", "applies"),
        (@"\bby chance\b", "at random"),
        (@"\bput aside\b", "quarantined"),
        (@"\bone behind the other\b", "in sequence, consecutive"),
        (@"\blook(s|ed)? after\b", "owns, maintains"),
        (@"\b(falls? back )?(in)?to sleep again\b", "becomes idle"),
        (@"\bit (is|was) worth a line\b", "is logged"),
        (@"\bwho waits\b", "waiting publishers, the waiting thread"),
        (@"\bhas its way\b", "applies, wins"),
        (@"\bof its own accord\b", "by itself"),
        (@"\bhow it stands\b", "the state"),
        (@"\bnot to be had\b", "not available"),
        (@"\bas one (has|had) it\b", "as given"),
        (@"\bmakes? do with\b", "uses"),
        (@"\bhas not been heard of\b", "is unknown"),
        (@"\bhas (never )?heard of\b", "knows"),
        (@"\bmust go\b", "is deleted, is closed"),
        (@"\b(good|bad) for nothing\b", "useless"),
    ];

    private static readonly Regex _any = new(
        string.Join('|', _phrases.Select(phrase => phrase.Phrase)), RegexOptions.Compiled | RegexOptions.IgnoreCase);

    /// <summary>
    /// Question words that must not begin a summary, a parameter, a return value or a paragraph, and the words to use instead.
    /// </summary>
    private static readonly (string Word, string Instead)[] _starts =
    [
        ("Whether", "True if ..."),
        ("Who", "the role: Client that ..., Owner of ..."),
        ("Whose", "Owner of ..."),
        ("What", "a noun: Result of ..., Reason for ..., Bytes of ...; or a verb: Handles ..."),
        ("Where", "Offset of ..., Address of ..., Folder of ..."),
        ("How", "Number of ..., Time until ..., State of ..."),
        ("That", "True if ..."),
        ("Why", "Reason for ..."),
    ];

    [TestCase("Amqp.Protocol")]
    [TestCase("Amqp.Storage")]
    [TestCase("Amqp.Server")]
    [TestCase("packaging/embedded/AmqpBroker.Embedded")]
    public void No_comment_or_text_of_the_product_has_a_banned_phrase(string project) =>
        Assert.That(string.Join('\n', SourceTree.FilesOf(project).SelectMany(BannedPhrases)), Is.Empty);

    [Test]
    public void No_document_has_a_banned_phrase()
    {
        IEnumerable<string> documents = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "docs"), "*.md")
            .Append(Path.Combine(SourceTree.Root, "README.md"));

        Assert.That(string.Join('\n', documents.SelectMany(BannedPhrases)), Is.Empty);
    }

    [TestCase("Amqp.Protocol")]
    [TestCase("Amqp.Storage")]
    [TestCase("Amqp.Server")]
    [TestCase("packaging/embedded/AmqpBroker.Embedded")]
    public void No_summary_starts_with_a_question_word(string project) =>
        Assert.That(string.Join('\n', SourceTree.FilesOf(project).SelectMany(Questions)), Is.Empty);

    private static IEnumerable<string> BannedPhrases(string file) =>
        from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
        where _any.IsMatch(line.Text)
        from banned in _phrases
        let found = Regex.Match(line.Text, banned.Phrase, RegexOptions.IgnoreCase)
        where found.Success
        select $"{PlaceOf(file, line.Number)}: '{found.Value}'; write instead: {banned.Instead}";

    private static IEnumerable<string> Questions(string file)
    {
        bool isOpen = false; // true if the previous line ended with a tag, so that the text of the tag begins on this line
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            Match comment = DocumentationComment().Match(line);
            string text = comment.Groups["text"].Value;
            string? word = isOpen ? FirstWord().Match(text).Value : null;
            foreach (string found in StartOfText().Matches(text).Select(match => match.Groups["word"].Value).Append(word ?? ""))
            {
                if (_starts.FirstOrDefault(start => start.Word == found) is { Word: not null } start)
                    yield return $"{PlaceOf(file, number)}: '{found}' at the start; write instead: {start.Instead}";
            }
            isOpen = comment.Success && EndsWithTag().IsMatch(text);
        }
    }

    private static string PlaceOf(string file, int line) => $"{Path.GetRelativePath(SourceTree.Root, file)}:{line}";

    [GeneratedRegex("^ *///(?<text>.*)$")]
    private static partial Regex DocumentationComment();

    [GeneratedRegex("<(summary|returns|remarks|para|param name=\"[^\"]*\"|typeparam name=\"[^\"]*\")>(?<word>[A-Za-z]+)")]
    private static partial Regex StartOfText();

    [GeneratedRegex("(?<=^ *)[A-Za-z]+")]
    private static partial Regex FirstWord();

    [GeneratedRegex("<(summary|returns|remarks|para|param name=\"[^\"]*\"|typeparam name=\"[^\"]*\")>$")]
    private static partial Regex EndsWithTag();
}
