namespace Amqp.Server.Cli.Ctl;

/// <summary>Thrown to end a verb with <c>--dry-run</c> after the announcement of its action.</summary>
internal sealed class DryRunException : Exception;
