using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

/// <summary>The types of the structs that represent AMQP methods.</summary>
internal static class MethodTypes
{
    public static IEnumerable<Type> All { get; } =
        typeof(QueueDeclare).Assembly.GetTypes()
            .Where(type =>
                type.IsValueType
                    && type.GetInterfaces().Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IMethod<>)))
            .ToList();
}
