namespace Amqp.Server.Cli.Ctl;

/// <summary>The end of a verb with <c>--dry-run</c>: it has said what it would do, and does not do it.</summary>
internal sealed class DryRunException : Exception;
