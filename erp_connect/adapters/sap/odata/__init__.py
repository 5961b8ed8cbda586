"""SAP S/4HANA over OData: version 2, and version 4 for sales orders."""
