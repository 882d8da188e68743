using System.Globalization;
using Amqp.Server.Bench;

namespace Amqp.Server.Cli.Bench;

/// <summary>Shows the progress of a load in one line on standard error. Shows nothing without a terminal.</summary>
/// <param name="error">Standard error.</param>
internal sealed class LiveLine(TextWriter error) : IDisposable
{
    private const int UsualWidth = 79;

    private readonly bool _isTerminal = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private int _written;

    /// <summary>Updates the line.</summary>
    public void Show(LoadProgress progress)
    {
        if (_isTerminal)
            Write(Text(progress));
    }

    /// <summary>Erases the line.</summary>
    public void Clear()
    {
        if (_written > 0)
            Write("");
    }

    public void Dispose() => Clear();

    /// <summary>Returns the text of the line.</summary>
    public static string Text(LoadProgress progress)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{progress.Seconds,4} s  {progress.PublishRate,10:N0}/s in");
        if (progress.ConsumeRate > 0)
            text += string.Create(CultureInfo.InvariantCulture, $"  {progress.ConsumeRate,10:N0}/s out");
        if (progress.InFlight > 0)
            text += string.Create(CultureInfo.InvariantCulture, $"  {progress.InFlight:N0} in flight");
        if (progress.P99 > 0)
            text += string.Create(CultureInfo.InvariantCulture, $"  p99 {progress.P99:N0} us");
        return progress.BlockedBy is { } reason ? $"{text}  BLOCKED by the broker: {reason}" : text;
    }

    private void Write(string text)
    {
        int width = Console.WindowWidth > 1 ? Console.WindowWidth - 1 : UsualWidth; // some terminals report a width of 0
        if (text.Length > width)
            text = text[..width];
        error.Write($"\r{text.PadRight(_written)}{(text.Length == 0 ? "\r" : "")}");
        _written = text.Length;
    }
}
