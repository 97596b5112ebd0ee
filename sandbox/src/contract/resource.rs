//! What an operation is about: the resource that it answers, or the items of the list.

use super::Contract;
use super::operation::Operation;
use super::schema::Schema;

impl Contract {
    /// The schema of the resource that an operation answers: of a list, that of its items. None if it answers no body.
    pub fn resource<'a>(&self, operation: &'a Operation) -> Option<&'a Schema> {
        let find = || {
            let (_, schema) = operation.success();
            let whole = schema?;
            if !self.is_list(whole) {
                return Some(whole.clone());
            }
            let data = self.resolve(whole.value()).property("data")?.clone();
            Some(Schema::new(self.resolve(&data).items().clone()))
        };
        operation.resource.get_or_init(find).as_ref()
    }

    /// Whether the schema of an object names a property.
    pub fn has_property(&self, schema: &Schema, property: &str) -> bool {
        self.resolve(schema.value()).property(property).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Contract;

    #[test]
    fn of_a_list_it_is_the_item() {
        let contract = Contract::shared();
        let of = |id: &str| contract.resource(contract.operation(id).expect("an operation"));
        for id in ["getCustomer", "searchCustomers", "searchCustomersPost"] {
            let customer = of(id).expect("a body");
            assert!(contract.has_property(customer, "ssn4") && !contract.has_property(customer, "data"), "{id}");
        }
        assert!(of("listOrders").is_some_and(|order| contract.has_property(order, "partner_order_id")));
        assert!(of("deleteOrder").is_none());
    }
}
