using System.Text;

namespace Amqp.Server.Cli.Api;

/// <summary>Prompts for a password on a terminal, without echo.</summary>
internal static class PasswordPrompt
{
    /// <summary>A function that prompts for a user's password; null if standard input or standard error is not a terminal.</summary>
    public static Func<string, string>? OnTerminal =>
        Console.IsInputRedirected || Console.IsErrorRedirected ? null : user => Ask($"Password of '{user}': ");

    /// <summary>Prints the prompt to standard error and reads a line.</summary>
    public static string Ask(string question)
    {
        Console.Error.Write(question);
        var typed = new StringBuilder();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                break;
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
